using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Unit.Groups;

public sealed class RequestedKeyTests
{
    private static readonly string s_partition = new('0', 32);

    private readonly KeyVersionTable _versions;
    private readonly Group _group;

    public RequestedKeyTests()
    {
        var client = new TableClient("UseDevelopmentStorage=true", Tables.GroupsName);
        _versions = new KeyVersionTable(new Table(client, client), SealPurpose.GroupKey);
        var key = new SealingKey(RandomNumberGenerator.GetBytes(32), number: 1);
        using var secret = Secret.Random();
        var now = DateTimeOffset.UnixEpoch;
        var active = _versions.Seal(s_partition, 3, now, secret, key);
        Assert.True(GroupId.TryParse("did:web:a.example.com#team", allowLocalhost: false, out var id));
        _group = new Group(id, new GroupHead(s_partition, id.Value, 1, 1, active, now, now, null, null), key);
    }

    [Fact]
    public void A_found_version_opens()
    {
        using var key = Find();
        Assert.Equal((3, 32, null), (key.Version, key.Secret!.Reveal().Length, key.Failure));
    }

    [Fact]
    public void A_failure_zeroes_the_secret()
    {
        using var key = Find();
        var bytes = key.Secret!.Reveal();
        Assert.True(bytes.ContainsAnyExcept((byte)0));
        key.Fail(new IOException());
        Assert.False(bytes.ContainsAnyExcept((byte)0));
        Assert.Null(key.Secret);
        Assert.IsType<IOException>(key.Failure);
    }

    [Fact]
    public void Disposal_zeroes_the_secret()
    {
        var key = Find();
        var bytes = key.Secret!.Reveal();
        key.Dispose();
        Assert.False(bytes.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_version_of_another_place_is_a_failure()
    {
        using var key = new RequestedKey(_group.Id, null);
        key.Find(_group, _group.Head.Active with { Version = 2 });
        key.Open(_versions);
        Assert.NotNull(key.Failure);
        Assert.Null(key.Secret);
    }

    private RequestedKey Find()
    {
        var key = new RequestedKey(_group.Id, null);
        key.Find(_group, _group.Head.Active);
        key.Open(_versions);
        return key;
    }
}
