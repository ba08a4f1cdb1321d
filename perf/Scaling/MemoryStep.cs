namespace AtpKeyserver.Perf.Scaling;

/// <summary>A step of filling an instance.</summary>
/// <param name="What">What was sent.</param>
/// <param name="Entries">That it caches for them.</param>
/// <param name="LiveMb">Of the heap, without garbage.</param>
/// <param name="ResidentMb">In RAM, after a collection.</param>
/// <param name="BytesEach">By which an entry made the heap grow.</param>
internal sealed record MemoryStep(
    string What, int Entries, double LiveMb, double ResidentMb, double BytesEach);
