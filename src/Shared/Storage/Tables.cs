using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>The tables of the data account. See docs/ARCHITECTURE.md for their rows.</summary>
public sealed class Tables
{
    /// <summary>What the names of the tables of used tokens start with; the day follows.</summary>
    public const string ReplayPrefix = "replay";

    /// <summary>The same for access logs.</summary>
    public const string AccessLogPrefix = "accesslog";

    private readonly TableServiceClient _reads;
    private readonly TableServiceClient _changes;
    private readonly ConcurrentDictionary<string, Table> _days = new(StringComparer.Ordinal);

    /// <param name="reads">A client that retries.</param>
    /// <param name="changes">A client that does not.</param>
    public Tables(TableServiceClient reads, TableServiceClient changes)
    {
        _reads = reads;
        _changes = changes;
        Groups = Open("groups");
        Accounts = Open("accounts");
        Memberships = Open("memberships");
        Keyring = Open("keyring");
        Unfinished = Open("unfinished");
        Budgets = Open("budgets");
    }

    public Table Groups { get; }

    public Table Accounts { get; }

    public Table Memberships { get; }

    public Table Keyring { get; }

    public Table Budgets { get; }

    public Table Unfinished { get; }

    /// <summary>The access log of one UTC day.</summary>
    public Table AccessLog(DateTimeOffset day) => OfDay(AccessLogPrefix, day);

    /// <summary>The access log table of this name.</summary>
    public Table AccessLog(string name) => _days.GetOrAdd(name, Open);

    /// <summary>Tokens that were used and end on this UTC day.</summary>
    public Table Replay(DateTimeOffset day) => OfDay(ReplayPrefix, day);

    private async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // '~' sorts behind every character that a table name may have.
        var filter = TableServiceClient.CreateQueryFilter($"TableName ge {prefix} and TableName lt {prefix + "~"}");
        await foreach (var table in _reads.QueryAsync(filter, cancellationToken: cancellation))
            yield return table.Name;
    }

    /// <summary>Drops the tables of the days before this one. Late, repeated and concurrent runs are harmless; rows cost nothing.</summary>
    /// <returns>The names of the tables that were dropped, as they go.</returns>
    public async IAsyncEnumerable<string> DropBeforeAsync(
        string prefix, DateTimeOffset day, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var oldest = OfDay(prefix, day).Name;
        await foreach (var name in ListAsync(prefix, cancellation))
        {
            if (name.Length != oldest.Length || string.CompareOrdinal(name, oldest) >= 0)
                continue;
            await _reads.DeleteTableAsync(name, cancellation);
            _days.TryRemove(name, out _);
            yield return name;
        }
    }

    /// <summary>Throws when the storage cannot be reached or refuses us.</summary>
    public Task ProbeAsync(CancellationToken cancellation) => Keyring.GetAsync("keyring", "root", cancellation);

    private Table OfDay(string prefix, DateTimeOffset day) =>
        _days.GetOrAdd(string.Create(CultureInfo.InvariantCulture, $"{prefix}{day.UtcDateTime:yyyyMMdd}"), Open);

    private Table Open(string name) => new(_reads.GetTableClient(name), _changes.GetTableClient(name));
}
