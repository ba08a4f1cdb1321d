namespace AtpKeyserver.Tests.EndToEnd.Support.Counting;

/// <summary>Sends a call of a method and tells the status of its answer. Values are parameters of a query, or members of a body.</summary>
public delegate Task<int> Send(string method, string? caller, params (string Name, object Value)[] values);

/// <summary>Where calls are counted: one instance makes what they need, and they go to another, which knows nobody.</summary>
/// <param name="NewAccount">Makes an account of the PDS.</param>
/// <param name="Make">Sends to the instance that is not counted.</param>
/// <param name="Count">Sends to the one that is, which runs no timers.</param>
/// <param name="Storage">What that one asks of the storage.</param>
/// <param name="Vault">Requests to the vault so far.</param>
/// <param name="Lookups">Of DIDs so far.</param>
public sealed record CountingStage(
    Func<string> NewAccount, Send Make, Send Count, StorageMeter Storage, Func<long> Vault, Func<int> Lookups);

/// <summary>What a call cost.</summary>
public sealed record CallCost(StorageCalls Storage, long Vault, int Lookups);

/// <summary>A method, or a case of one, whose requests are counted: of a caller whom the instance does not know, and of his later calls.</summary>
/// <param name="Name">The method, and after a comma the case.</param>
/// <param name="PrepareAsync">Makes what there has to be, and gives the call; which is numbered, where each can be made but once.</param>
public sealed record CountedMethod(string Name, Func<CountingStage, Task<Func<int, Task<int>>>> PrepareAsync)
{
    /// <summary>Calls for which things are prepared: the first, and three more.</summary>
    public const int Calls = 4;

    public int Status { get; init; } = 200;

    /// <summary>False where the one who calls cannot be unknown.</summary>
    public bool HasFirst { get; init; } = true;

    /// <summary>False where only the first call does this.</summary>
    public bool HasLater { get; init; } = true;

    /// <returns>The first call; and the cheapest of three later ones, since some things are remembered for 5 s only.</returns>
    public async Task<(CallCost? First, CallCost? Later)> CountAsync(CountingStage stage)
    {
        var call = await PrepareAsync(stage);
        var costs = new List<CallCost>();
        for (var number = 0; number < (HasLater ? Calls : 1); number++)
        {
            stage.Storage.Take();
            var (vault, lookups) = (stage.Vault(), stage.Lookups());
            var status = await call(number);
            if (status != Status)
                throw new InvalidOperationException($"{Name} was answered with {status}.");
            costs.Add(new CallCost(stage.Storage.Take(), stage.Vault() - vault, stage.Lookups() - lookups));
        }

        var later = HasLater ? costs.Skip(1).MinBy(cost => cost.Storage.Requests) : null;
        return (HasFirst ? costs[0] : null, later);
    }

    /// <summary>The line of the table in docs/SCALING.md.</summary>
    public string Line(CallCost? first, CallCost? later) =>
        $"| {Name} | {later?.Storage} | {later?.Storage.Rows} | {first?.Storage} | {first?.Storage.Rows} | {first?.Lookups} |";

    public override string ToString() => Name;
}
