using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <summary>Stores and changes the records of all accounts. A change is saved before it is visible.</summary>
internal sealed class RepositoryRegistry
{
    /// <summary>Per account, because each change writes the account's whole file.</summary>
    private const int MaxRecords = 1000;

    private static readonly ImmutableDictionary<RecordPath, StoredRecord> Empty =
        ImmutableDictionary<RecordPath, StoredRecord>.Empty;

    private readonly Lock _changes = new();
    private readonly RepositoryStore? _store;
    private readonly ConcurrentDictionary<string, ImmutableDictionary<RecordPath, StoredRecord>> _byDid;

    /// <param name="folder">Null: in memory.</param>
    public RepositoryRegistry(PrivateFolder? folder)
    {
        _store = folder is null ? null : new RepositoryStore(folder);
        _byDid = new((_store?.Load() ?? []).Select(stored =>
            KeyValuePair.Create(stored.Did, stored.Records.ToImmutableDictionary(record => record.Path))));
    }

    public StoredRecord? Find(string did, RecordPath path) => Records(did).GetValueOrDefault(path);

    /// <summary>The records of a collection, in the order of their keys.</summary>
    public IEnumerable<StoredRecord> List(string did, string collection) => Records(did).Values
        .Where(record => record.Path.Collection == collection)
        .OrderBy(record => record.Path.Key, StringComparer.Ordinal);

    /// <summary>Creates or replaces a record.</summary>
    /// <exception cref="XrpcException">The account has too many records.</exception>
    public void Put(string did, StoredRecord record)
    {
        lock (_changes)
        {
            var records = Records(did).SetItem(record.Path, record);
            if (records.Count > MaxRecords)
                throw XrpcException.InvalidRequest($"The account has {MaxRecords} records, the maximum. Delete some.");
            Keep(did, records);
        }
    }

    /// <summary>Does nothing if the record does not exist.</summary>
    public void Delete(string did, RecordPath path)
    {
        lock (_changes)
        {
            if (Find(did, path) is not null)
                Keep(did, Records(did).Remove(path));
        }
    }

    private ImmutableDictionary<RecordPath, StoredRecord> Records(string did) => _byDid.GetValueOrDefault(did, Empty);

    private void Keep(string did, ImmutableDictionary<RecordPath, StoredRecord> records)
    {
        _store?.Save(new StoredRepository(did, [.. records.Values]));
        _byDid[did] = records;
    }
}
