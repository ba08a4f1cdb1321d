using AtpKeyserver.Configuration;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Operations;

/// <summary>
/// Functions that only an operator starts, by <c>POST /admin/functions/{name}</c>, are timers that the setting
/// <c>AzureWebJobs.{name}.Disabled</c> takes off their schedule. A timer needs a schedule, so without that setting
/// these functions refuse to run.
/// </summary>
public sealed class OperatorStart(IConfiguration configuration, KillSwitch killSwitch, ILogger<OperatorStart> logger)
{
    /// <summary>29 February.</summary>
    public const string Schedule = "0 0 0 29 2 *";

    public bool IsAllowed(string function)
    {
        var reason = !IsOffSchedule(function)
            ? $"set AzureWebJobs.{function}.Disabled to true to keep the schedule from starting it"
            : killSwitch.Mode != ServiceMode.Normal ? "Keyserver__Mode is not Normal"
            : null;
        if (reason is not null)
            Log.OperatorFunctionRefused(logger, function, reason);
        return reason is null;
    }

    // The second form is for systems that do not allow dots in names.
    private bool IsOffSchedule(string function) =>
        IsTrue(configuration[$"AzureWebJobs.{function}.Disabled"])
            || IsTrue(configuration[$"AzureWebJobs_{function}_Disabled"]);

    private static bool IsTrue(string? setting) =>
        setting is "1" || string.Equals(setting, "true", StringComparison.OrdinalIgnoreCase);
}
