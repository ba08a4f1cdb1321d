namespace AtpKeyserver.Perf.Speed;

/// <summary>A result of the load generator.</summary>
/// <param name="Requests">Responses of any status.</param>
/// <param name="Seconds">From the first request to the last response.</param>
/// <param name="P50">Median latency in ms.</param>
/// <param name="P99">99th percentile of the latency in ms.</param>
/// <param name="Failures">Responses with status 400 or higher, broken connections and timeouts.</param>
/// <param name="Cpu">CPU seconds of the generator.</param>
internal sealed record Run(long Requests, double Seconds, double P50, double P99, long Failures, double Cpu)
{
    public double PerSecond => Requests / Seconds;
}
