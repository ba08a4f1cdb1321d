using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Product;
using AtpKeyserver.Tests.Support.Stored;
using static AtpKeyserver.Tests.Integration.Golden.GoldenStory;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>
/// Rows forged by copying real ones to where they would help the attacker, correct in every cell that the attacker can
/// know.
/// </summary>
internal sealed class Forger
{
    private string _alice = "";
    private string _bob = "";
    private string _mallory = "";
    private string _friends = "";
    private string _gone = "";
    private string _never = "";

    public static async Task<Forger> OpenAsync(Instance instance)
    {
        await using (instance)
        {
            var keys = instance.Get<PartitionKeys>();
            return new Forger
            {
                _alice = await keys.OfAsync(Instance.DidOf(Alice), default),
                _bob = await keys.OfAsync(Instance.DidOf(Bob), default),
                _mallory = await keys.OfAsync(Instance.DidOf(Mallory), default),
                _friends = await keys.OfAsync(Instance.Id(Friends), default),
                _gone = await keys.OfAsync(Instance.Id(Gone), default),
                _never = await keys.OfAsync(Instance.Id(Alice + "#never"), default),
            };
        }
    }

    /// <summary>The forged rows, and the views that read them.</summary>
    public IEnumerable<(StoredRow[] Forged, string View)> All(IReadOnlyList<StoredRow> rows)
    {
        var member = Find("groups", _friends, "m", row => (string)row.Columns["Did"] == Bob)
            with { RowKey = RowKeys.Member(_friends, _mallory) };
        foreach (var version in (string[])["", "1", "2", "3", "4"])
        {
            yield return ([member], $"key {version} of friends for mallory");
            yield return ([member.With("Did", Mallory)], $"key {version} of friends for mallory");
        }

        yield return ([member.With("Did", Mallory)], "versions of friends for mallory");
        yield return ([member.With("Did", Mallory)], "members of friends for alice");

        var @delegate = Find("groups", _friends, "d", row => (string)row.Columns["Did"] == Dave)
            with { RowKey = RowKeys.Delegate(_friends, _mallory) };
        foreach (var view in (string[])
            ["rotate friends as mallory", "add mallory to friends as mallory", "members of friends for mallory",
                "delegates of friends for alice"])
        {
            yield return ([@delegate], view);
            yield return ([@delegate.With("Did", Mallory)], view);
        }

        // Dave's permissions for Erin, who is a former delegate.
        var erin = Find("groups", _friends, "d", row => (string)row.Columns["Did"] == Erin);
        yield return ([erin with { Columns = @delegate.With("Did", Erin).Columns }], "rotate friends as erin");
        yield return ([erin.With("Permissions", 7)], "rotate friends as erin");
        yield return ([erin.With("Permissions", 1)], "add mallory to friends as erin");

        var head = Find("groups", _friends, "head", _ => true);
        yield return ([Move(head, _never).With("GroupId", Alice + "#never")],
            "key 1 of did:plc:aliceaaaaaaaaaaaaaaaaaaa#never for alice");
        yield return (
            [Move(head, _gone).With("GroupId", Gone)], "key 1 of did:plc:aliceaaaaaaaaaaaaaaaaaaa#gone for alice");
        yield return (
            [Move(head, _gone).With("GroupId", Gone)], "key 1 of did:plc:aliceaaaaaaaaaaaaaaaaaaa#gone for bob");
        var tombstone = Find("groups", _gone, "head", _ => true);
        yield return ([Move(tombstone, _friends)], "key  of friends for alice");
        yield return ([Move(tombstone, _friends)], "key  of friends for bob");
        yield return ([tombstone.With("Version", 1)], "make gone again");
        yield return ([tombstone.With("State", "active")], "make gone again");

        // Alice's account and keypair for Mallory, and for Bob, who has none.
        var own = rows.Where(
            row => row.Table == "accounts" && row.PartitionKey == _alice && row.Columns.ContainsKey("Mac")).ToArray();
        foreach (var (thief, did, partition) in new[] { ("mallory", Mallory, _mallory), ("bob", Bob, _bob) })
        {
            var stolen = own.Select(row => Move(row, partition))
                .Select(row => row.Columns.ContainsKey("Did") ? row.With("Did", did) : row).ToArray();
            yield return (stolen, $"account of {thief}");
            yield return (stolen, $"keypair  of {thief}");
            yield return (stolen, $"keypair 1 of {thief}");
            yield return (stolen, $"public key  of {thief}");
        }

        var dead = rows.Single(
            row => row.Table == "accounts" && row.Kind == "account" && (string)row.Columns["State"] == "deleted");
        yield return ([Move(dead, _alice)], "account of alice");
        yield return ([Move(dead, _mallory)], "account of mallory");
        yield return (
            [Move(own.Single(row => row.Kind == "account"), dead.PartitionKey).With("Did", Gina)], "account of gina");
        yield return ([dead.With("DeletedAt", 0L)], "make gina again");

        foreach (var role in (string[])["owner", "member", "delegate"])
        {
            var columns = new Dictionary<string, object> { ["Group"] = _friends };
            var index = new StoredRow(
                "memberships", _mallory, RowKeys.Membership(_mallory, role, _friends), head.Timestamp, columns);
            yield return ([index], "groups of mallory");
        }

        StoredRow Find(string table, string partition, string kind, Func<StoredRow, bool> fits) =>
            rows.Single(row => row.Table == table && row.PartitionKey == partition && row.Kind == kind && fits(row));
    }

    private static StoredRow Move(StoredRow row, string partition) =>
        row with { PartitionKey = partition,
            RowKey = row.RowKey.Replace(row.PartitionKey[..8], partition[..8], StringComparison.Ordinal) };
}
