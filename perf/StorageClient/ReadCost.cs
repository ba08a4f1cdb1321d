using AtpKeyserver.Perf.Speed;

namespace AtpKeyserver.Perf.StorageClient;

/// <summary>What a read costs this process.</summary>
/// <param name="Micros">CPU time.</param>
/// <param name="Bytes">Allocated bytes.</param>
internal sealed record ReadCost(double Micros, double Bytes)
{
    /// <summary>As many as wrk has connections.</summary>
    public const int AtOnce = Wrk.Connections;

    public static async Task<ReadCost> MeasureAsync(Func<Task> read, int count)
    {
        GC.Collect();
        var (cpu, bytes) = (Cpu.Of(Environment.ProcessId)!.Value, GC.GetTotalAllocatedBytes());
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < count / AtOnce; i++)
                await read();
        })));
        double reads = count / AtOnce * AtOnce;
        return new ReadCost(
            (Cpu.Of(Environment.ProcessId)!.Value - cpu) / reads * 1e6,
            (GC.GetTotalAllocatedBytes() - bytes) / reads);
    }
}
