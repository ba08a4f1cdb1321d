namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer tells the function that it starts.</summary>
public class TimerInfo
{
    /// <summary>Null when the schedule is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether the run makes up for one that was missed.</summary>
    public bool IsPastDue { get; set; }
}
