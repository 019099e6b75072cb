Feature: E2E audit uses real dependencies (no stub LLM, no fake runner)
  A service that works with make-believe parts proves nothing about the day when people pay for its
  results. What SS says about its own parts is not taken for proof: observers of ours stand between SS and
  its model provider, and in front of its Stata.

  @must @started
  Scenario: SS is started as in production, and it is known how
    The service and its worker are programs of their own, each does its own work, and anyone can start them
    again the same way.
    If this fails, what was audited is not what will run.
    Spec: "process start commands (API and worker)"

    Given an SS that was started for this audit
    And a person's job, from its task code as far as SS let it come
    Then its API and its worker run as two processes
    And the commands that started them are on record
    And Stata was started by the worker, and not by the API

  @must @stata
  Scenario: Real Stata runner is evidenced
    A finished job leaves Stata's own log, and everything in it fits: the program, the commands, the numbers.
    If this fails, people may get numbers that Stata never computed.

    Given a job that ran from a task code to its results
    Then a Stata log with content is among its artifacts
    And the run metadata names the executed command and its exit code
    And the log has the form of a Stata log whose run ended well
    And the log repeats the very do-file that SS stored
    And what the do-file logged for itself stands in that log
    And the numbers are those of the uploaded data, as Stata stores and prints them
    And the recorded command really ran, on that do-file, and wrote that log
    And the program that ran was a real Stata

  @must @started
  Scenario: The runner says what it is and what it ran
    Operators must be able to tell from SS's own log which program ran which command.
    If this fails, a wrong results file cannot be traced to what produced it.
    Spec: "a log line (or persisted run meta) that identifies the runner implementation and the executed Stata command"

    Given a job that ran from a task code to its results
    Then a log line or the run metadata names the runner and its command

  @must @llm
  Scenario: Real LLM provider is evidenced with the forced model
    The draft comes from the model that was approved, at its real provider, and from no stub.
    If this fails, people get drafts that the approved model never wrote.

    Given a job that ran from a task code to its results
    Then its artifacts hold metadata of model calls, each with the forced model
    And every call that SS recorded was seen on its way, with the same answer
    And every call that was seen on its way is recorded by SS
    And the person's own words reached the provider
    And what the draft says is what the model answered
    And the provider says itself that the forced model answered
    And the provider is a real one

  @must @llm
  Scenario: Every call of the model leaves its request and its answer
    What was asked and what was answered must be readable later, word for word.
    If this fails, nobody can tell why a draft said what it said.
    Spec: "evidence that LLM calls were made by a non-stub provider (request/response metadata saved as artifacts)"

    Given a person's job, from its task code as far as SS let it come
    Then the request and the answer of every call are kept
    And the request that was kept holds the person's own words

  @must @started
  Scenario: SS stays up while it is audited
    Programs of SS that end by themselves take people's jobs with them.
    If this fails, SS will not get through a day of production.
    Spec: "An audit run MUST start SS in a production-like way (API + worker)"

    Given a watch over the processes of SS
    Then no process of SS ended unasked
