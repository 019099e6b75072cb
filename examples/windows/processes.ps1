# Says as which processes SS's API and worker run on this host, for the setting start_commands: a JSON list, one object a role.
# Of a Python that starts another one with the same words (a venv's does) the youngest counts, which is the one that serves.
$ErrorActionPreference = 'Stop'
$kinds = @{ api = 'src\.main'; worker = 'src\.worker' }
$found = foreach ($role in 'api', 'worker') {
    Get-CimInstance Win32_Process -Filter "Name LIKE 'python%'" |
        Where-Object { $_.CommandLine -match $kinds[$role] } |
        Sort-Object CreationDate | Select-Object -Last 1 |
        ForEach-Object {
            @{ role = $role; pid = $_.ProcessId; started = $_.CreationDate.ToUniversalTime().ToString('s') + 'Z'; command = $_.CommandLine }
        }
}
ConvertTo-Json @($found)
