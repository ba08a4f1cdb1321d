using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by the clock (UTC).</summary>
/// <param name="schedule">Six-field NCRONTAB, a time span, or <c>%Setting%</c> that holds one of them.</param>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>As it was given.</summary>
    public string Schedule { get; private set; } = schedule;

    /// <summary>Whether the host keeps <see cref="TimerInfo.ScheduleStatus"/>; never for schedules below a minute.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs when the host starts.</summary>
    public bool RunOnStartup { get; set; }
}
