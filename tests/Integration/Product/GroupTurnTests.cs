using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Changes of a group wait for each other. Callers who are refused take no part in that.</summary>
public sealed class GroupTurnTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Backing _backing = new();
    private Instance _instance = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start();
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public static TheoryData<string> Changes =>
        ["add a member", "remove a member", "add a delegate", "remove a delegate", "rotate", "delete"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_stranger_is_refused_without_waiting_for_the_group(string change)
    {
        var (alice, bob, mallory) = (_backing.NewDid(), _backing.NewDid(), _backing.NewDid());
        var friends = $"{alice}#friends";
        await _instance.ReadAsync(alice, friends);
        var (stranger, id, someone) = (Instance.CallerOf(mallory), Instance.Id(friends), Instance.DidOf(bob));
        using var held = await _instance.Get<GroupWriter>().LockAsync(id, default);
        Func<Task> call = change switch
        {
            "add a member" => () => _instance.Get<MemberAdditions>().AddAsync(stranger, id, someone, default),
            "remove a member" => () => _instance.Get<MemberRemovals>().RemoveAsync(
                stranger, id, someone, rotate: true, default),
            "add a delegate" => () => _instance.Get<GroupDelegates>().AddAsync(
                stranger, id, someone, Permissions.AddMember, null, default),
            "remove a delegate" => () => _instance.Get<GroupDelegates>().RemoveAsync(stranger, id, someone, default),
            "rotate" => () => _instance.Get<GroupRotation>().RotateAsync(stranger, id, null, null, default),
            _ => () => _instance.Get<GroupDeletion>().DeleteAsync(stranger, id, default),
        };

        var refusal = await Assert.ThrowsAnyAsync<KeyserverException>(() => call().WaitAsync(Limit));

        Assert.Equal(ErrorName.Forbidden, refusal.Error);
    }

    public void Dispose() => _backing.Dispose();
}
