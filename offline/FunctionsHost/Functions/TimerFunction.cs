using AtpKeyserver.FunctionsHost.Timers;

namespace AtpKeyserver.FunctionsHost.Functions;

/// <summary>A function that the clock starts.</summary>
/// <param name="Name">Unique without regard to case.</param>
/// <param name="Parameter">The name of the trigger's parameter.</param>
/// <param name="Disabled">No schedule.</param>
/// <param name="Schedule">When it is due.</param>
/// <param name="RunOnStartup">Whether it also runs when the host starts.</param>
/// <param name="IsMonitored">Whether a run is told when the last one was.</param>
internal sealed record TimerFunction(
    string Name, string Parameter, bool Disabled, Schedule Schedule, bool RunOnStartup, bool IsMonitored)
    : HostFunction(Name, Parameter, Disabled);
