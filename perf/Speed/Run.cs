namespace AtpKeyserver.Perf.Speed;

/// <summary>The result of a run of the load generator.</summary>
/// <param name="Requests">Answers, whatever their status.</param>
/// <param name="Seconds">From the first request to the last answer.</param>
/// <param name="P50">Median latency in ms.</param>
/// <param name="P99">99th percentile of the latency in ms.</param>
/// <param name="Failures">Answers of 400 and more, broken connections and time-outs.</param>
/// <param name="Cpu">Seconds of CPU of the generator itself.</param>
internal sealed record Run(long Requests, double Seconds, double P50, double P99, long Failures, double Cpu)
{
    public double PerSecond => Requests / Seconds;
}
