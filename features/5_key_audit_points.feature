Feature: Key audit points have pass/fail judgement rules
  Four points decide whether SS can be trusted with people's analyses: it chooses the method for the
  question, it refuses to guess, it says what is missing, and it keeps what it promised.

  @must @selection
  Scenario: Template selection is not hard-coded
    Different questions about the same data need different methods.
    If this fails, everybody gets the same analysis, whatever they ask.

    Given the plans for several questions about the same data
    Then different questions lead to different templates
    And each template is the one that the model chose for that question
    And each choice is justified
    And freezing the same job again changes nothing
    And what is executed for a chosen template is that template
    When the chosen template is taken out of a copy of the library
    Then another one is chosen, or the missing one is named

  @advisory @selection
  Scenario: The same question leads to the same template
    A model may choose differently from day to day; then somebody should know.
    If this fails, two people with the same question may get different analyses.

    Given the plans for several questions about the same data
    Then asking the same question again leads to the same template

  @must @missing_parameters
  Scenario: Missing parameters yield structured errors
    An analyst who forgets an answer must be told which one, and must be able to go on with the same job.
    If this fails, analyses run on the wrong variables, or people are stuck without knowing why.

    Given a job whose draft is ready
    When the plan is frozen without the answers it needs
    Then SS refuses, with a code that a program can recognise
    And SS names every answer that is missing
    When the missing answers are given for the same job
    Then the plan of that job is frozen

  @must @missing_package
  Scenario: Missing ado/SSC dependency is diagnosable and recoverable
    A package that is absent from Stata is one command away, if only somebody is told its name.
    If this fails, an analysis is lost for good, or results are delivered without it.

    Given a job whose template declares a package that is absent from Stata
    Then the plan of that job lists the package
    And that job fails, naming the declared package
    And that job succeeds once the declared package is installed
    And that job keeps what its failure left behind
    Given a job whose template uses an absent package without declaring it
    Then that job fails, naming the unknown command
    And that job succeeds once the unknown command is installed

  @must @conclusions
  Scenario: Each key audit point ends in a conclusion
    Template selection, parameter binding, dependency handling and the artifact contract each pass or fail.
    If this fails, the decision lacks one of its four reasons.
    Spec: "An audit run MUST produce a pass/fail conclusion for each of the following points, backed by evidence"

    Given the conclusions of this audit
    Then each of the four key points passes or fails
