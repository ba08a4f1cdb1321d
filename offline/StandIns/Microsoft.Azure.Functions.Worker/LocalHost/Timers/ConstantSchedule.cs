namespace Microsoft.Azure.Functions.Worker.LocalHost.Timers;

/// <summary>Always the same time after the last run. In Azure only dedicated plans offer it.</summary>
internal sealed class ConstantSchedule(TimeSpan interval) : ISchedule
{
    public TimeSpan ShortestInterval => interval;

    public DateTime? Next(DateTime after) => after + interval;
}
