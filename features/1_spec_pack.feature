Feature: The audit spec pack exists and is executable
  Whoever signs a go or no-go must be able to read what was established, and whoever runs the audit
  must find the commands for it. Both lie in the spec pack, and both must fit the audit as it is today.

  @must @spec_pack
  Scenario: Spec pack is present
    The spec says what an audit has to establish; the task cards say how operators establish it.
    If this fails, nobody can say what the rest of this report proves.

    Given the spec pack of the audit
    Then it holds a spec that can be read, with its scenarios
    And it holds task cards, each with a goal, commands and acceptance
    And every command on a card exists, with its settings
