using Microsoft.Azure.Functions.Worker.LocalHost.Timers;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>A function that the clock starts.</summary>
internal sealed record TimerFunction : LocalFunction
{
    internal required ISchedule Schedule { get; init; }

    internal required bool RunOnStartup { get; init; }

    /// <summary>Whether runs are told the schedule's status.</summary>
    internal required bool Monitored { get; init; }
}
