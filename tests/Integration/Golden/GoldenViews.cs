using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.Accounts;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Tests.Integration.Product;
using AtpKeyserver.Tests.Support.Stored;
using AtpKeyserver.Versions;
using Azure;
using static AtpKeyserver.Tests.Integration.Golden.GoldenStory;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>Everything that the people of the story can read and try to change, each as one line of text.</summary>
internal static partial class GoldenViews
{
    public const string Tampered = "tampered";
    public const string Wrote = "wrote";

    /// <summary>Reads, which change only log rows and drained events.</summary>
    public static IReadOnlyDictionary<string, Func<Instance, Task<object>>> Reads { get; } = MakeReads();

    /// <summary>Logs first, because later refusals are logged in them.</summary>
    public static IEnumerable<KeyValuePair<string, Func<Instance, Task<object>>>> InOrder => Reads
        .OrderByDescending(view => view.Key.StartsWith("log ", StringComparison.Ordinal))
        .ThenBy(view => view.Key, StringComparer.Ordinal);

    /// <summary>Changes, which end when they would write to a read-only storage.</summary>
    public static IReadOnlyDictionary<string, Func<Instance, Task<object>>> Changes { get; } =
        new Dictionary<string, Func<Instance, Task<object>>>
    {
        ["rotate friends as alice"] = async i =>
            await i.Get<GroupRotation>().RotateAsync(By(Alice), Instance.Id(Friends), null, null, default),
        ["rotate friends as dave"] = async i =>
            await i.Get<GroupRotation>().RotateAsync(By(Dave), Instance.Id(Friends), null, null, default),
        ["rotate friends as erin"] = async i =>
            await i.Get<GroupRotation>().RotateAsync(By(Erin), Instance.Id(Friends), null, null, default),
        ["rotate friends as mallory"] = async i =>
            await i.Get<GroupRotation>().RotateAsync(By(Mallory), Instance.Id(Friends), null, null, default),
        ["add mallory to friends as dave"] = i => AddAsync(i, Dave),
        ["add mallory to friends as erin"] = i => AddAsync(i, Erin),
        ["add mallory to friends as mallory"] = i => AddAsync(i, Mallory),
        ["add judy to friends, which she left"] = async i =>
        {
            await i.Get<MemberAdditions>().AddAsync(By(Alice), Instance.Id(Friends), Instance.DidOf(Judy), default);
            return "";
        },
        ["remove bob from friends as dave"] = async i =>
            (await i.Get<MemberRemovals>()
                .RemoveAsync(By(Dave), Instance.Id(Friends), Instance.DidOf(Bob), rotate: true, default))!,
        ["bob leaves friends"] = async i =>
            (await i.Get<MemberRemovals>()
                .RemoveAsync(By(Bob), Instance.Id(Friends), Instance.DidOf(Bob), rotate: false, default))!,
        ["remove dave's rights"] = async i =>
        {
            await i.Get<GroupDelegates>().RemoveAsync(By(Alice), Instance.Id(Friends), Instance.DidOf(Dave), default);
            return "";
        },
        ["delete friends"] = async i =>
        {
            await i.Get<GroupDeletion>().DeleteAsync(By(Alice), Instance.Id(Friends), default);
            return "";
        },
        ["make gone again"] = i => KeyAsync(i, Alice, Gone, null),
        ["make half again"] = i => KeyAsync(i, Alice, HalfGone, null),
        ["rotate alice's keypair"] = async i =>
            await i.Get<AccountKeypairs>().RotateAsync(By(Alice), null, null, default),
        ["delete alice"] = async i => await i.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(Alice), default),
        ["make gina again"] = i => KeypairAsync(i, Gina, null, isProbe: false),
        ["make hank again"] = i => KeypairAsync(i, Hank, null, isProbe: false),
    };

    /// <summary>
    /// The result: a response, the name of an error, <see cref="Tampered"/>, or the rows to be written.
    /// </summary>
    public static async Task<string> SeeAsync(Instance instance, Func<Instance, Task<object>> view)
    {
        try
        {
            return JsonSerializer.Serialize(await view(instance));
        }
        catch (KeyserverException e)
        {
            return $"refused: {e.Error}";
        }
        catch (TamperedException)
        {
            return Tampered;
        }
        catch (RequestFailedException e)
        {
            return $"failed: {e.Status}";
        }
        catch (WrittenException e)
        {
            return $"{Wrote} {string.Join(' ', Numbers().Matches(e.Body).Select(match => match.Value))}";
        }
    }

    private static Dictionary<string, Func<Instance, Task<object>>> MakeReads()
    {
        var views = new Dictionary<string, Func<Instance, Task<object>>>();
        foreach (var (who, did) in People())
        {
            foreach (var version in (int?[])[null, 1, 2, 3, 4, 5])
                views[$"key {version} of friends for {who}"] = i => KeyAsync(i, did, Friends, version);
            views[$"keys of groups for {who}"] = i => KeysAsync(i, did);
            views[$"versions of friends for {who}"] = async i =>
                (await i.Get<GroupKeys>()
                    .ListVersionsAsync(By(did), Instance.Id(Friends), 1000, null, default)).Entries.Select(Show);
            views[$"members of friends for {who}"] = async i =>
                (await i.Get<GroupRoster>()
                    .ListMembersAsync(By(did), Instance.Id(Friends), 100, null, default)).Entries;
            views[$"delegates of friends for {who}"] = async i =>
                (await i.Get<GroupRoster>()
                    .ListDelegatesAsync(By(did), Instance.Id(Friends), 100, null, default)).Entries
                .Select(found => found with { ETag = null });
            views[$"groups of {who}"] = async i =>
                (await i.Get<GroupsOfAccount>().ListAsync(Instance.DidOf(did), null, 100, null, default)).Entries
                .Select(found =>
                    $"{found.Group.Id.Value} {found.Role} {found.Group.Head.Active.Version} "
                    + $"{found.Rights?.Permissions}");
            views[$"log of friends for {who}"] = async i =>
                (await i.Get<GroupLog>().ReadAsync(By(did), Instance.Id(Friends), 100, null, default)).Entries;
            views[$"account of {who}"] = async i =>
                (await i.Get<AccountKeys>().ReadAsync(Instance.DidOf(did), default))?.Key.Number ?? 0;
            foreach (var version in (int?[])[null, 1, 2, 3])
            {
                views[$"keypair {version} of {who}"] = i => KeypairAsync(i, did, version, isProbe: true);
                views[$"public key {version} of {who}"] = async i =>
                    Show((await i.Get<PublicKeys>()
                        .GetAsync(Instance.DidOf(did), version, isProbe: true, default, default)).Version);
            }

            views[$"keypairs of {who}"] = async i =>
                (await i.Get<AccountKeypairs>()
                    .ListVersionsAsync(Instance.DidOf(did), 1000, null, default)).Entries.Select(Show);
            views[$"log of {who}"] = async i =>
                (await i.Get<KeypairLog>().ReadAsync(Instance.DidOf(did), 100, null, default)).Entries;
            foreach (var group in (string[])[Gone, Recreated, HalfGone, Hank + "#own", Gina + "#own", Alice + "#never"])
                views[$"key 1 of {group} for {who}"] = i => KeyAsync(i, did, group, 1);
            views[$"key 2 of {Recreated} for {who}"] = i => KeyAsync(i, did, Recreated, 2);
        }

        return views;
    }

    private static (string, string)[] People() =>
    [
        ("alice", Alice), ("bob", Bob), ("carol", Carol), ("dave", Dave), ("erin", Erin),
        ("gina", Gina), ("hank", Hank), ("ivan", Ivan), ("mallory", Mallory),
    ];

    private static async Task<object> KeyAsync(Instance instance, string caller, string group, int? version)
    {
        var isProbe = group == Friends || version is not null;
        var (secret, found) = await instance.Get<GroupKeys>()
            .GetAsync(By(caller), Instance.Id(group), version, isProbe, default);
        using (secret)
            return $"{found} {Convert.ToHexStringLower(secret.Reveal())}";
    }

    private static async Task<object> KeysAsync(Instance instance, string caller)
    {
        List<RequestedKey> keys =
        [
            .. Enumerable.Range(1, 5).Select(version => new RequestedKey(Instance.Id(Friends), version)),
            .. new[] { Friends, Gone, Recreated, HalfGone }.Select(group => new RequestedKey(Instance.Id(group), null)),
        ];
        await instance.Get<GroupKeyBatch>().ReadAsync(By(caller), keys, isProbe: true, default);
        return keys.Select(key => key.Failure switch
        {
            null => $"{key.Version} {Convert.ToHexStringLower(key.Secret!.Reveal())}",
            TamperedException e => throw e,
            KeyserverException e => $"refused: {e.Error}",
            var e => throw e,
        }).ToList();
    }

    private static async Task<object> KeypairAsync(Instance instance, string did, int? version, bool isProbe)
    {
        var (found, seed) = await instance.Get<AccountKeypairs>().GetAsync(By(did), version, isProbe, default);
        using (seed)
            return $"{Show(found)} {Convert.ToHexStringLower(seed.Reveal())}";
    }

    private static async Task<object> AddAsync(Instance instance, string by)
    {
        await instance.Get<MemberAdditions>().AddAsync(By(by), Instance.Id(Friends), Instance.DidOf(Mallory), default);
        return "";
    }

    private static string Show(KeyVersion version) =>
        $"{version.Version} {version.Created:O} {Convert.ToHexStringLower(version.PublicKey ?? [])}";

    private static string Show(KeyVersionStatus version) =>
        $"{version.Version} {version.CreatedAt:O} {version.RevokedAt:O} "
            + $"{Convert.ToHexStringLower(version.PublicKey ?? [])}";

    /// <summary>The numbers in rows that must continue, and the intended readers of the rows.</summary>
    [GeneratedRegex(
        "\"(ActiveVersion|Version|Incarnation|Epoch|Generation|KeypairVersion|Permissions|Did|State)\":"
            + "(\"[^\"]*\"|[0-9]+)")]
    private static partial Regex Numbers();
}
