using AtpKeyserver.AccessLog.Rows;

namespace AtpKeyserver.Tests.EndToEnd.Support.Counting;

/// <summary>Sends a call of a method and returns the status. Values are query parameters or body members.</summary>
public delegate Task<int> Send(string method, string? caller, params (string Name, object Value)[] values);

/// <summary>
/// The environment for counting calls: one instance prepares, and another, with empty caches, is measured.
/// </summary>
/// <param name="NewAccount">Creates an account on the PDS.</param>
/// <param name="Make">Sends to the instance that is not measured.</param>
/// <param name="Count">Sends to the measured one, which runs no timers.</param>
/// <param name="Storage">Counts the storage requests of the measured instance.</param>
/// <param name="Vault">Requests to the vault so far.</param>
/// <param name="Lookups">DID lookups so far.</param>
/// <param name="EventsDeletedAsync">Waits until the events of all changes are deleted.</param>
public sealed record CountingStage(
    Func<string> NewAccount,
    Send Make,
    Send Count,
    StorageMeter Storage,
    Func<long> Vault,
    Func<int> Lookups,
    Func<Task> EventsDeletedAsync);

/// <summary>The cost of a call.</summary>
public sealed record CallCost(StorageCalls Storage, long Vault, int Lookups);

/// <summary>
/// A method, or a case of one, with the measured requests of a first call with cold caches and of later calls.
/// </summary>
/// <param name="Name">The method, and a case after a comma.</param>
/// <param name="PrepareAsync">Prepares the state and returns the numbered call, for calls that work only once.</param>
public sealed record CountedMethod(string Name, Func<CountingStage, Task<Func<int, Task<int>>>> PrepareAsync)
{
    /// <summary>The number of prepared calls: the first, and three more.</summary>
    public const int Calls = 4;

    public int Status { get; init; } = 200;

    /// <summary>Whether it reads a log, and so would move events that another instance has not deleted yet.</summary>
    public bool ReadsLog { get; init; }

    /// <summary>False if the caller must be known.</summary>
    public bool HasFirst { get; init; } = true;

    /// <summary>False if only the first call does this.</summary>
    public bool HasLater { get; init; } = true;

    /// <summary>
    /// Whether the log entries are of several groups: chance decides how many of them share one of the four lanes.
    /// </summary>
    public bool IsLogSpread { get; init; }

    /// <returns>
    /// The first call, and the cheapest of three later ones, because some data is cached for only 5 s.
    /// </returns>
    public async Task<(CallCost? First, CallCost? Later)> CountAsync(CountingStage stage)
    {
        var call = await PrepareAsync(stage);
        if (ReadsLog)
            await stage.EventsDeletedAsync();
        var costs = new List<CallCost>();
        for (var number = 0; number < (HasLater ? Calls : 1); number++)
        {
            stage.Storage.Take();
            var (vault, lookups) = (stage.Vault(), stage.Lookups());
            var status = await call(number);
            if (status != Status)
                throw new InvalidOperationException($"{Name} returned {status}.");
            costs.Add(new CallCost(stage.Storage.Take(), stage.Vault() - vault, stage.Lookups() - lookups));
        }

        var later = HasLater ? costs.Skip(1).MinBy(cost => cost.Storage.Requests) : null;
        return (HasFirst ? costs[0] : null, later);
    }

    /// <summary>The line of the table in docs/SCALING.md.</summary>
    public string Line(CallCost? first, CallCost? later) =>
        $"| {Name} | {Text(later)} | {later?.Storage.Rows} | {Text(first)} | {first?.Storage.Rows} | "
            + $"{first?.Lookups} |";

    private string? Text(CallCost? cost)
    {
        if (cost is null || !IsLogSpread)
            return cost?.Storage.ToString();
        var (storage, lanes) = (cost.Storage, cost.Storage.Writes + cost.Storage.Transactions.Count);
        return lanes is >= 1 and <= LogRow.Lanes
            ? $"{storage with { Writes = 0, Transactions = [] }}, up to {LogRow.Lanes} transactions"
            : storage.ToString();
    }

    public override string ToString() => Name;
}
