using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support.Faults;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// Each response of the storage to a group change is damaged in several ways: the change happens once or not at all,
/// the caller gets 503, and a retry succeeds.
/// </summary>
public sealed class MangledChangeTests : IAsyncLifetime, IDisposable
{
    private const int AtOnce = 4;

    private static readonly Dictionary<string, Change> Changes = new()
    {
        ["create"] = new(
            (instance, group) => instance.ReadAsync(group.Owner, group.Id),
            before => before with { Versions = 1 },
            IsMade: []) { IsOfNewGroup = true },
        ["add a member"] = new(
            (instance, group) => instance.AddAsync(group.Owner, group.Id, group.New),
            before => before with { People = $"{before.People} {nameof(TestGroup.New)}" },
            IsMade: [ErrorName.MemberAlreadyExists]),
        ["rotate"] = new(
            (instance, group) => instance.Get<GroupRotation>().RotateAsync(
                group.Caller, Instance.Id(group.Id), expectedVersion: 2, reason: null, default),
            before => before with { Versions = before.Versions + 1 },
            IsMade: [ErrorName.VersionConflict]),
        ["remove a member"] = new(
            (instance, group) => instance.Get<MemberRemovals>().RemoveAsync(
                group.Caller, Instance.Id(group.Id), Instance.DidOf(group.Member), rotate: true, default),
            before => new(before.Versions + 1, ""),
            IsMade: [ErrorName.MemberNotFound]),
        ["delete"] = new(
            (instance, group) => instance.Get<GroupDeletion>().DeleteAsync(
                group.Caller, Instance.Id(group.Id), default),
            _ => State.None,
            IsMade: [ErrorName.GroupNotFound]),
    };

    private readonly Backing _backing = new();
    private Instance _sound = null!;
    private int _groups;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _sound = _backing.Start();
        await MakeAsync(Changes["rotate"]);
    }

    public async Task DisposeAsync()
    {
        await _sound.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    public static TheoryData<string> Names() => new(Changes.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_change_happens_once_or_not_at_all_and_a_retry_succeeds(string name)
    {
        var change = Changes[name];
        var calls = await CallsAsync(change);
        Assert.Contains(StorageCall.Transaction, calls);
        var mangled = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(MangledAnswer.Sample(calls), parallel, async (run, _) =>
        {
            if (await TryAsync(change, run.Call, run.Damage))
                Interlocked.Increment(ref mangled);
        });
        Assert.InRange(mangled, 25, int.MaxValue);
    }

    private async Task<IReadOnlyList<StorageCall>> CallsAsync(Change change)
    {
        var group = await MakeAsync(change);
        using var transport = new MangledTransport();
        await using var instance = _backing.Start(transport.Transport);
        await change.RunAsync(instance, group);
        return transport.Calls;
    }

    /// <returns>Whether a response was damaged.</returns>
    private async Task<bool> TryAsync(Change change, int call, MangledAnswer damage)
    {
        var group = await MakeAsync(change);
        var before = await StateAsync(group);
        using var transport = new MangledTransport();
        await using var instance = _backing.Start(transport.Transport);
        transport.Mangle(call, damage);

        var where = $"{damage}, answer {call}";
        var failure = await Record.ExceptionAsync(() => change.RunAsync(instance, group));
        var wasMangled = transport.HasMangled;
        IsUpstream(failure, where);
        var after = await StateAsync(group);
        var isSound = after == change.After(before) || (failure is not null && after == before);
        Assert.True(isSound, $"{where}: {before} became {after}");

        transport.Mangle(0, null);
        var again = await Record.ExceptionAsync(() => change.RunAsync(instance, group));
        var isMade = again is KeyserverException refusal && change.IsMade.Contains(refusal.Error) && after != before;
        Assert.True(again is null || isMade, $"{where}, again: {again}");
        Assert.Equal(change.After(before), await StateAsync(group));
        return wasMangled;
    }

    private static void IsUpstream(Exception? failure, string where)
    {
        if (failure is not null)
            Assert.True(failure is KeyserverException e && ErrorStatus.Of(e.Error) == 503, $"{where}: {failure}");
    }

    private async Task<TestGroup> MakeAsync(Change change)
    {
        var owner = _backing.NewDid();
        var name = $"{owner}#g{Interlocked.Increment(ref _groups)}";
        var group = new TestGroup(owner, name, _backing.NewDid(), _backing.NewDid());
        if (change.IsOfNewGroup)
            return group;
        await _sound.ReadAsync(owner, group.Id);
        await _sound.AddAsync(owner, group.Id, group.Member);
        await _sound.Get<GroupRotation>().RotateAsync(group.Caller, Instance.Id(group.Id), null, null, default);
        return group;
    }

    private async Task<State> StateAsync(TestGroup group)
    {
        try
        {
            var id = Instance.Id(group.Id);
            var versions =
                (await _sound.Get<GroupKeys>().ListVersionsAsync(group.Caller, id, 1000, null, default)).Entries;
            var members = await _sound.Get<GroupRoster>().ListMembersAsync(group.Caller, id, 10, null, default);
            Assert.Equal(Enumerable.Range(1, versions.Count).Reverse(), versions.Select(version => version.Version));
            Assert.Equal(versions.Count, (await _sound.ReadAsync(group.Owner, group.Id)).Version);
            var names = members.Entries.Select(member => group.NameOf(member.Did)).Order();
            return new(versions.Count, string.Join(' ', names));
        }
        catch (KeyserverException e) when (e.Error == ErrorName.GroupNotFound)
        {
            return State.None;
        }
    }

    /// <param name="RunAsync">The request.</param>
    /// <param name="After">The state after it.</param>
    /// <param name="IsMade">Whether a retry may report that the change was already made.</param>
    private sealed record Change(Func<Instance, TestGroup, Task> RunAsync, Func<State, State> After, ErrorName[] IsMade)
    {
        public bool IsOfNewGroup { get; init; }
    }

    private sealed record TestGroup(string Owner, string Id, string Member, string New)
    {
        public Caller Caller => Instance.CallerOf(Owner);

        public string NameOf(string did) => did == Member ? nameof(Member) : did == New ? nameof(New) : did;
    }

    private sealed record State(int Versions, string People)
    {
        public static State None { get; } = new(0, "");
    }
}
