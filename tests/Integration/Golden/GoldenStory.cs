using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Authentication;
using AtpKeyserver.Configuration;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Product;
using AtpKeyserver.Tests.Support;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>Accounts and groups that produce a row of every form.</summary>
internal sealed class GoldenStory(Func<HttpPipelineTransport?, Instance> start, FakeClock clock)
{
    public const string Alice = "did:plc:aliceaaaaaaaaaaaaaaaaaaa";
    public const string Bob = "did:web:bob.example.com";
    public const string Carol = "did:web:carol.example.com";
    public const string Dave = "did:plc:daveaaaaaaaaaaaaaaaaaaaa";
    public const string Erin = "did:web:erin.example.com";
    public const string Frank = "did:web:frank.example.com";
    public const string Gina = "did:web:gina.example.com";
    public const string Hank = "did:web:hank.example.com";
    public const string Ivan = "did:web:ivan.example.com";
    public const string Judy = "did:web:judy.example.com";
    public const string Mallory = "did:web:mallory.example.com";

    public const string Friends = Alice + "#friends";
    public const string Gone = Alice + "#gone";
    public const string Recreated = Alice + "#anew";
    public const string HalfGone = Alice + "#half";

    private const Permissions All = Permissions.AddMember | Permissions.RemoveMember | Permissions.RotateKey;

    public static Caller By(string did) => new(Instance.DidOf(did), "192.0.2.0", "golden/1 (test)");

    public async Task TellAsync()
    {
        await using var instance = start(null);
        await FillAsync(instance);

        await CrashingAsync(
            "accounts", doomed => doomed.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(Hank), default));
        await CrashingAsync(
            "groups", doomed => doomed.Get<GroupDeletion>().DeleteAsync(By(Alice), Instance.Id(HalfGone), default));
        // Its event waits next to the new head.
        await CrashingAsync("groups",
            doomed => doomed.Get<GroupRotation>().RotateAsync(By(Alice), Instance.Id(Friends), null, null, default));
    }

    private async Task FillAsync(Instance instance)
    {
        foreach (var did in (string[])[Alice, Alice, Gina, Gina, Hank])
            await KeypairAsync(instance, did);

        await ReadAsync(instance, Alice, Friends);
        await instance.Get<GroupRotation>().RotateAsync(By(Alice), Instance.Id(Friends), null, "lost phone", default);
        await AddAsync(instance, Alice, Bob);
        await DelegateAsync(instance, Dave, All, new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await DelegateAsync(instance, Erin, Permissions.AddMember);
        await DelegateAsync(instance, Gina, Permissions.AddMember);
        await AddAsync(instance, Erin, Carol);
        await AddAsync(instance, Gina, Ivan);
        await AddAsync(instance, Dave, Frank);
        await instance.Get<GroupDelegates>()
            .RemoveAsync(By(Alice), Instance.Id(Friends), Instance.DidOf(Erin), default);
        await instance.Get<MemberRemovals>()
            .RemoveAsync(By(Dave), Instance.Id(Friends), Instance.DidOf(Frank), rotate: true, default);
        await AddAsync(instance, Alice, Judy);
        await instance.Get<MemberRemovals>()
            .RemoveAsync(By(Judy), Instance.Id(Friends), Instance.DidOf(Judy), rotate: false, default);
        await ReadAsync(instance, Bob, Friends);
        // Entries that arrive during the first write share a row.
        await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => Task.Run(() => ReadAtOnceAsync(instance, Bob, Friends))));
        await Assert.ThrowsAsync<KeyserverException>(() => ReadAsync(instance, Mallory, Friends));
        await Assert.ThrowsAsync<KeyserverException>(() => ReadAsync(instance, Mallory, Alice + "#never"));

        foreach (var group in (string[])[Gone, Recreated, HalfGone, Hank + "#own", Gina + "#own"])
        {
            var owner = Instance.Id(group).Owner.Value;
            await ReadAsync(instance, owner, group);
            await instance.Get<MemberAdditions>().AddAsync(By(owner), Instance.Id(group), Instance.DidOf(Bob), default);
        }

        await instance.Get<GroupRotation>().RotateAsync(By(Alice), Instance.Id(Gone), null, null, default);
        await instance.Get<GroupDeletion>().DeleteAsync(By(Alice), Instance.Id(Gone), default);
        await instance.Get<GroupDeletion>().DeleteAsync(By(Alice), Instance.Id(Recreated), default);
        await ReadAsync(instance, Alice, Recreated);

        await instance.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(Gina), default);
        clock.Advance(TimeSpan.FromMinutes(3));
        await instance.Get<Deletions>().FinishAsync(default);

        await instance.Get<PublicCreationBudget>().TakeAsync(ClientAddress.Unknown, default);
        var replay = new ReplayGuard(
            new ReplayTable(instance.Get<Tables>()),
            Options.Create(new KeyserverOptions { Replay = ReplayProtection.All }));
        var token = new VerifiedToken(Instance.DidOf(Alice), new string('a', 64), clock.GetUtcNow().AddMinutes(1));
        await replay.TakeAsync(token, isChange: true, default);
    }

    private async Task CrashingAsync(string table, Func<Instance, Task> work)
    {
        using var transport = new HttpClientTransport(new HttpClient(new DyingAfterChange(table)));
        await using var doomed = start(transport);
        await Assert.ThrowsAnyAsync<Exception>(() => work(doomed));
    }

    private async Task KeypairAsync(Instance instance, string did)
    {
        clock.AdvanceSeconds(1);
        var isFirst = (await instance.Get<AccountKeypairs>()
            .ListVersionsAsync(Instance.DidOf(did), 1, null, default)).Entries.Count == 0;
        if (isFirst)
            (await instance.Get<AccountKeypairs>().GetAsync(By(did), null, isProbe: false, default)).Seed.Dispose();
        else
            await instance.Get<AccountKeypairs>().RotateAsync(By(did), null, null, default);
    }

    private Task ReadAsync(Instance instance, string caller, string group)
    {
        clock.AdvanceSeconds(1);
        return ReadAtOnceAsync(instance, caller, group);
    }

    private static async Task ReadAtOnceAsync(Instance instance, string caller, string group) =>
        (await instance.Get<GroupKeys>()
            .GetAsync(By(caller), Instance.Id(group), null, isProbe: false, default)).Key.Dispose();

    private Task AddAsync(Instance instance, string by, string member)
    {
        clock.AdvanceSeconds(1);
        return instance.Get<MemberAdditions>().AddAsync(By(by), Instance.Id(Friends), Instance.DidOf(member), default);
    }

    private Task DelegateAsync(Instance instance, string did, Permissions permissions, DateTimeOffset? expires = null)
    {
        clock.AdvanceSeconds(1);
        return instance.Get<GroupDelegates>()
            .AddAsync(By(Alice), Instance.Id(Friends), Instance.DidOf(did), permissions, expires, default);
    }
}
