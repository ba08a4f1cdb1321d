using AtpKeyserver.FunctionsHost.Timers;

namespace AtpKeyserver.FunctionsHost.Functions;

/// <summary>A function with a timer trigger.</summary>
/// <param name="Name">Unique, case-insensitive.</param>
/// <param name="Parameter">The name of the trigger's parameter.</param>
/// <param name="Disabled">Has no schedule.</param>
/// <param name="Schedule">When it is due.</param>
/// <param name="RunOnStartup">Whether it also runs when the host starts.</param>
/// <param name="IsMonitored">Whether a run receives the time of the last one.</param>
internal sealed record TimerFunction(
    string Name, string Parameter, bool Disabled, Schedule Schedule, bool RunOnStartup, bool IsMonitored)
    : HostFunction(Name, Parameter, Disabled);
