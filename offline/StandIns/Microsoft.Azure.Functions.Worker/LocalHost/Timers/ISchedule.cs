namespace Microsoft.Azure.Functions.Worker.LocalHost.Timers;

/// <summary>When a timer fires, in UTC.</summary>
internal interface ISchedule
{
    /// <summary>A lower bound of the time between two occurrences.</summary>
    public TimeSpan ShortestInterval { get; }

    /// <returns>The first occurrence later than <paramref name="after"/>; null when there is none.</returns>
    public DateTime? Next(DateTime after);
}
