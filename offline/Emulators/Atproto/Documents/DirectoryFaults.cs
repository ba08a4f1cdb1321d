using System.Collections.Concurrent;

namespace AtpKeyserver.Emulators.Atproto.Documents;

/// <summary>Injected lookup faults and lookup counts. Not saved.</summary>
internal sealed class DirectoryFaults
{
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private volatile LookupFault _fault;

    public LookupFault Fault
    {
        get => _fault;
        set => _fault = value;
    }

    public ConcurrentDictionary<string, DocumentOverride> Overrides { get; } = new();

    public int Total => _counts.Values.Sum();

    public int CountOf(string did) => _counts.GetValueOrDefault(did);

    public void Count(string did) => _counts.AddOrUpdate(did, 1, (_, before) => before + 1);

    public void ResetCounts() => _counts.Clear();
}
