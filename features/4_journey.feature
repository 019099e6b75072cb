Feature: The `/v1` production journey is executable end-to-end with recoverable artifacts
  This is what people come for: a task code and a data file go in, an agreed plan is carried out, and results
  come out that are still there tomorrow.

  @must @journey
  Scenario: A person comes from a task code to downloaded results
    Every station of the way is walked, as a person would, with data that exist only in this audit.
    If this fails, nobody gets a result out of SS.
    Spec: "An audit run MUST execute the following HTTP journey against a running SS API and worker"

    Given a person's job, from its task code as far as SS let it come
    Then the task code opens a job
    And the data file is taken
    And the preview shows the columns of the data
    And the draft is about the variables of the question
    And the plan is frozen
    And the job is queued
    And the job moves forward to a good end
    And the results are listed
    And a result can be downloaded

  @must @redeem
  Scenario: Redeem returns a usable job token
    The token that a person gets opens their job, and nothing else opens it.
    If this fails, people are locked out of their jobs, or let into those of others.

    Given two jobs of two people
    Then redeeming a task code answers with a job and a token
    And the token opens its own job
    But without a token nothing opens
    And with a malformed token nothing opens
    And with a wrong token nothing opens
    And with another person's token nothing opens

  @advisory @redeem
  Scenario: A task code that is redeemed twice opens the same job
    A code that was paid for once should not open any number of jobs.
    If this fails, task codes can be shared.

    Given two jobs of two people
    Then redeeming the first code again opens no second job

  @must @plan
  Scenario: Plan freeze includes template choice, bindings, dependencies, and artifact contract
    A frozen plan is a contract: what will be run, why, on what, with which needs, and what will come out.
    If this fails, nobody can tell before the run what they agreed to.

    Given a job whose plan is frozen
    Then the plan names its template
    And it is known why this template was selected
    And the plan holds the bound parameters
    And the plan states what is missing, be it nothing
    And the plan states the packages that it needs, be it none
    And the plan promises its outputs, and where they will be
    And the plan stays what it was when it was frozen

  @must @plan
  Scenario: The frozen parameters are the ones that were asked for
    The columns in the question, in the plan and in the executed do-file are the same.
    If this fails, people get an analysis of variables that they did not ask about.
    Spec: "parameter binding correctness (and structured error on missing inputs)"

    Given a job whose plan is frozen
    Then the plan binds the columns of the question
    And the executed do-file works on what was bound

  @must @artifacts
  Scenario: Artifacts are contract-indexed and survive restart
    What was promised is listed, what is listed can be had, and a restart loses none of it.
    If this fails, people lose results that they were promised.

    Given a job that ran from a task code to its results
    Then every promised output is listed
    And everything that is listed can be downloaded
    And the downloads are what the list and the promise say
    And each promised output is the file that Stata wrote
    And nothing was added after the job had succeeded
    When the API and the worker are restarted
    Then both are other processes than before
    And the status of the job is the same
    And the list is the same
    And every byte is the same

  @must @manners
  Scenario: What SS answers can be taken without harm
    Answers come whole and from SS itself, and a result's name stays in the folder into which it is put.
    If this fails, people get halves of files, are sent to strangers, or have files written where they do not belong.
    Spec: "the response provides an index of artifacts that can be downloaded, and the downloaded files match the declared contract"

    Given a person's job, from its task code as far as SS let it come
    Then every answer of SS came whole
    And no answer of SS sends people to another server
    And no result has a name that leads out of the folder in which it is put

  @advisory @manners
  Scenario: SS's answers are plain
    What is unusual in an answer works with one client and not with the next.
    If this fails, look at the evidence for what is unusual, before a client stumbles over it.

    Given a person's job, from its task code as far as SS let it come
    Then each result can be saved under its name on every system
    And the headers of SS's answers are of a usual size
    And no text in SS's answers steers the screen that shows it

  @advisory @published
  Scenario: A published data set gives the published estimates
    A data set from the literature, known for finding careless arithmetic out, goes through the whole way.
    If this fails, compare what came out with the certified estimates before trusting any number.

    Given a job on a data set whose estimates are published
    Then the estimates are the published ones

  @advisory @own_data @if_dataset
  Scenario: The operator's own data go the whole way
    Real files are larger than the audit's own, and their columns have names and gaps that nobody would make up.
    If this fails, people with such files will not get their results, or get those of other data.

    Given a job on the operator's own data
    Then the preview shows the columns of that data
    And the job on it comes to a good end
    And a result of it can be downloaded
    And its numbers are those of that data, as Stata stores and prints them

  @advisory @secrecy
  Scenario: SS keeps secrets to itself
    Tokens, keys and passwords belong in no file and in no log that others may read.
    If this fails, look at the evidence for where they stand, and change those that were seen.

    Given a person's job, from its task code as far as SS let it come
    Then no secret stands in what can be downloaded
    And no key or password stands in what SS answers
    And no secret stands in what SS logs
