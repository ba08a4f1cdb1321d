using System.Collections.Concurrent;
using System.Globalization;
using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>The tables of the data account. See docs/ARCHITECTURE.md for their rows.</summary>
public sealed class Tables
{
    private readonly TableServiceClient _reads;
    private readonly TableServiceClient _changes;
    private readonly ConcurrentDictionary<string, Table> _logs = new(StringComparer.Ordinal);

    /// <param name="reads">A client that retries.</param>
    /// <param name="changes">A client that does not.</param>
    public Tables(TableServiceClient reads, TableServiceClient changes)
    {
        _reads = reads;
        _changes = changes;
        Groups = Open("groups");
        Accounts = Open("accounts");
        Memberships = Open("memberships");
        Tombstones = Open("tombstones");
        Keyring = Open("keyring");
        Budgets = Open("budgets");
    }

    public Table Groups { get; }

    public Table Accounts { get; }

    public Table Memberships { get; }

    public Table Tombstones { get; }

    public Table Keyring { get; }

    public Table Budgets { get; }

    /// <summary>The access log of one UTC day.</summary>
    public Table AccessLog(DateTimeOffset day) =>
        AccessLog(string.Create(CultureInfo.InvariantCulture, $"accesslog{day.UtcDateTime:yyyyMMdd}"));

    public Table AccessLog(string name) => _logs.GetOrAdd(name, Open);

    /// <summary>Throws when the storage cannot be reached or refuses us.</summary>
    public Task ProbeAsync(CancellationToken cancellation) => Keyring.GetAsync("keyring", "root", cancellation);

    private Table Open(string name) => new(_reads.GetTableClient(name), _changes.GetTableClient(name));
}
