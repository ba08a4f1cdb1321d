namespace AtpKeyserver.Perf.Scaling;

/// <summary>A measurement after filling a cache.</summary>
/// <param name="What">What was sent.</param>
/// <param name="Entries">The number of cached entries.</param>
/// <param name="LiveMb">The live heap.</param>
/// <param name="ResidentMb">Resident memory after a garbage collection.</param>
/// <param name="BytesEach">Heap growth per entry.</param>
internal sealed record MemoryStep(
    string What, int Entries, double LiveMb, double ResidentMb, double BytesEach);
