namespace Microsoft.Azure.Functions.Worker;

/// <summary>Where a timer stands. All times are UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The occurrence before; the default value before the first.</summary>
    public DateTime Last { get; set; }

    /// <summary>The occurrence expected next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was written.</summary>
    public DateTime LastUpdated { get; set; }
}
