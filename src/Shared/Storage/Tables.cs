using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace AtpKeyserver.Storage;

/// <summary>The tables of the data account. See docs/ARCHITECTURE.md for their rows.</summary>
public sealed class Tables
{
    /// <summary>What the names of the tables of used tokens start with; the day follows.</summary>
    public const string ReplayPrefix = "replay";

    /// <summary>The same for access logs.</summary>
    public const string AccessLogPrefix = "accesslog";

    /// <summary>The same for counts of additions to groups.</summary>
    public const string AdditionsPrefix = "additions";

    private const string DayFormat = "yyyyMMdd";

    private readonly TableServiceClient _reads;
    private readonly TableServiceClient _changes;
    private readonly TableServiceClient _scans;
    private readonly RetryBudget _retries;
    private readonly ConcurrentDictionary<(string Prefix, DateOnly Day), Table> _days = new();

    /// <param name="reads">A client that retries.</param>
    /// <param name="changes">A client that does not.</param>
    /// <param name="scans">A client that waits longer: null for the one that retries.</param>
    /// <param name="retries">What all of them, and the changes themselves, take retries from; null for one of its own.</param>
    public Tables(TableServiceClient reads, TableServiceClient changes, TableServiceClient? scans = null, RetryBudget? retries = null)
    {
        _retries = retries ?? new RetryBudget();
        _reads = reads;
        _changes = changes;
        _scans = scans ?? reads;
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
    public Table AccessLog(DateOnly day) => OfDay(AccessLogPrefix, day);

    /// <summary>The access log of the UTC day of this time.</summary>
    public Table AccessLog(DateTimeOffset time) => AccessLog(DateOnly.FromDateTime(time.UtcDateTime));

    /// <summary>Tokens that were used and end on this UTC day.</summary>
    public Table Replay(DateTimeOffset day) => OfDay(ReplayPrefix, DateOnly.FromDateTime(day.UtcDateTime));

    /// <summary>Additions to groups that were made on the UTC day of this time.</summary>
    public Table Additions(DateTimeOffset time) => OfDay(AdditionsPrefix, DateOnly.FromDateTime(time.UtcDateTime));

    /// <summary>The day of the access log table of this name; null for a name that is none of one.</summary>
    public static DateOnly? AccessLogDay(string name) =>
        name.StartsWith(AccessLogPrefix, StringComparison.Ordinal)
        && DateOnly.TryParseExact(name.AsSpan(AccessLogPrefix.Length), DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    /// <summary>The names of the tables of the days before this one, as they stand when it is asked.</summary>
    public async IAsyncEnumerable<string> ListBeforeAsync(
        string prefix, DateOnly day, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var oldest = NameOf(prefix, day);
        var filter = TableServiceClient.CreateQueryFilter($"TableName ge {prefix} and TableName lt {oldest}");
        var query = _reads.QueryAsync(filter, cancellationToken: cancellation);
        await foreach (var table in StoragePages.ReadAsync(query, cancellation))
        {
            if (table.Name.Length == oldest.Length && table.Name.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0)
                yield return table.Name;
        }
    }

    /// <summary>Drops a table with all its rows, which cost nothing. One that is gone or going is no error.</summary>
    public async Task DropAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await ClientCall.RunAsync(() => _reads.DeleteTableAsync(name, cancellation));
        }
        catch (RequestFailedException e)
            when (e.Status == 404 || ClientCall.CodeOf(e) == TableErrorCode.TableBeingDeleted)
        {
        }

        foreach (var day in _days)
        {
            if (day.Value.Name == name)
                _days.TryRemove(day);
        }
    }

    /// <summary>Throws when the storage cannot be reached or refuses us.</summary>
    public Task ProbeAsync(CancellationToken cancellation) => Keyring.GetAsync("keyring", "root", cancellation);

    private Table OfDay(string prefix, DateOnly day) =>
        _days.GetOrAdd((prefix, day), static (of, tables) => tables.Open(NameOf(of.Prefix, of.Day)), this);

    private static string NameOf(string prefix, DateOnly day) => prefix + day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private Table Open(string name) =>
        new(_reads.GetTableClient(name), _changes.GetTableClient(name), _scans.GetTableClient(name), _retries);
}
