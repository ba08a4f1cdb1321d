using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>The tables of the storage account; see docs/ARCHITECTURE.md for their rows.</summary>
public sealed class Tables
{
    public const string GroupsName = "groups";
    public const string AccountsName = "accounts";
    public const string MembershipsName = "memberships";
    public const string KeyringName = "keyring";
    public const string UnfinishedName = "unfinished";
    public const string RecentDeletionsName = "recentdeletions";
    public const string BudgetsName = "budgets";
    public const string LogName = "tlog";

    /// <summary>Prefix of the daily tables of used tokens; the day follows.</summary>
    public const string ReplayPrefix = "replay";

    /// <summary>Prefix of the daily access-log tables.</summary>
    public const string AccessLogPrefix = "accesslog";

    /// <summary>Prefix of the daily tables that count additions to groups.</summary>
    public const string AdditionsPrefix = "additions";

    private const string DayFormat = "yyyyMMdd";

    private readonly TableServiceClient _reads;
    private readonly TableServiceClient _changes;
    private readonly TableServiceClient _scans;
    private readonly RetryBudget _retries;
    private readonly ConcurrentDictionary<(string Prefix, DateOnly Day), Table> _days = new();

    /// <param name="reads">A client with retries.</param>
    /// <param name="changes">A client without retries.</param>
    /// <param name="scans">A client with a longer timeout for scans; null uses <paramref name="reads"/>.</param>
    /// <param name="retries">The retry budget that all clients and changes share; null for a separate one.</param>
    public Tables(
        TableServiceClient reads,
        TableServiceClient changes,
        TableServiceClient? scans = null,
        RetryBudget? retries = null)
    {
        _retries = retries ?? new RetryBudget();
        _reads = reads;
        _changes = changes;
        _scans = scans ?? reads;
        Groups = Open(GroupsName);
        Accounts = Open(AccountsName);
        Memberships = Open(MembershipsName);
        Keyring = Open(KeyringName);
        Unfinished = Open(UnfinishedName);
        RecentDeletions = Open(RecentDeletionsName);
        Budgets = Open(BudgetsName);
        Log = Open(LogName);
    }

    public Table Groups { get; }

    public Table Accounts { get; }

    public Table Memberships { get; }

    public Table Keyring { get; }

    public Table RecentDeletions { get; }

    public Table Budgets { get; }

    /// <summary>The transparency log.</summary>
    public Table Log { get; }

    public Table Unfinished { get; }

    /// <summary>The access log of a UTC day.</summary>
    public Table AccessLog(DateOnly day) => OfDay(AccessLogPrefix, day);

    /// <summary>The access log of the UTC day of a time.</summary>
    public Table AccessLog(DateTimeOffset time) => AccessLog(DateOnly.FromDateTime(time.UtcDateTime));

    /// <summary>Used tokens that expire on this UTC day.</summary>
    public Table Replay(DateTimeOffset day) => OfDay(ReplayPrefix, DateOnly.FromDateTime(day.UtcDateTime));

    /// <summary>Counts of additions to groups on the UTC day of a time.</summary>
    public Table Additions(DateTimeOffset time) => OfDay(AdditionsPrefix, DateOnly.FromDateTime(time.UtcDateTime));

    /// <summary>The day of an access-log table; null for any other name.</summary>
    public static DateOnly? AccessLogDay(string name) =>
        name.StartsWith(AccessLogPrefix, StringComparison.Ordinal)
        && DateOnly.TryParseExact(
            name.AsSpan(AccessLogPrefix.Length),
            DayFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day)
            ? day
            : null;

    /// <summary>Names of the daily tables before this day.</summary>
    public async IAsyncEnumerable<string> ListBeforeAsync(
        string prefix, DateOnly day, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var oldest = NameOf(prefix, day);
        var filter = TableServiceClient.CreateQueryFilter($"TableName ge {prefix} and TableName lt {oldest}");
        var query = _reads.QueryAsync(filter, cancellationToken: cancellation);
        await foreach (var table in StoragePages.ReadAsync(query, cancellation))
        {
            if (table.Name.Length == oldest.Length
                && table.Name.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0)
            {
                yield return table.Name;
            }
        }
    }

    /// <summary>
    /// Deletes a table with all rows. A missing table, or one that is being deleted, is not an error.
    /// </summary>
    public async Task DropAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await ClientCall.RunAsync(() => _reads.DeleteTableAsync(name, cancellation));
        }
        catch (RequestFailedException e)
            when (e.Status == 404 || ClientCall.IsTableBeingDeleted(e))
        {
        }

        foreach (var day in _days)
        {
            if (day.Value.Name == name)
                _days.TryRemove(day);
        }
    }

    /// <summary>Throws if the storage is unreachable or denies access.</summary>
    public Task ProbeAsync(CancellationToken cancellation) => Keyring.GetAsync(KeyringName, "root", cancellation);

    private Table OfDay(string prefix, DateOnly day) =>
        _days.GetOrAdd((prefix, day), static (of, tables) => tables.Open(NameOf(of.Prefix, of.Day)), this);

    private static string NameOf(string prefix, DateOnly day) =>
        prefix + day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private Table Open(string name) =>
        new(_reads.GetTableClient(name), _changes.GetTableClient(name), _scans.GetTableClient(name), _retries);
}
