using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;

namespace AtpKeyserver.Tests.Unit.Groups;

public sealed class GroupDelegateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Has_permissions_until_the_millisecond_it_expires()
    {
        var given = Delegate(Permissions.AddMember, Noon);
        Assert.True(given.May(Permissions.AddMember, Noon.AddMilliseconds(-1)));
        Assert.True(given.May(Permissions.None, Noon.AddMilliseconds(-1)));
        foreach (var asked in new[] { Permissions.None, Permissions.AddMember })
        {
            Assert.False(given.May(asked, Noon));
            Assert.False(given.May(asked, Noon.AddYears(1)));
            Assert.True(Delegate(Permissions.AddMember, expires: null).May(asked, DateTimeOffset.MaxValue));
        }
    }

    [Fact]
    public void May_do_only_what_all_its_permissions_allow()
    {
        var given = Delegate(Permissions.AddMember | Permissions.RotateKey, expires: null);
        Assert.True(given.May(Permissions.AddMember | Permissions.RotateKey, Noon));
        Assert.False(given.May(Permissions.RemoveMember, Noon));
        Assert.False(given.May(Permissions.RemoveMember | Permissions.RotateKey, Noon));
    }

    [Fact]
    public void A_former_delegate_has_no_access() =>
        Assert.False(Delegate(Permissions.None, expires: null).May(Permissions.None, Noon));

    [Theory]
    [InlineData("add_member", Permissions.AddMember)]
    [InlineData("rotate_key,add_member,rotate_key", Permissions.AddMember | Permissions.RotateKey)]
    [InlineData("add_member,remove_member,rotate_key",
        Permissions.AddMember | Permissions.RemoveMember | Permissions.RotateKey)]
    public void Permissions_have_names(string names, Permissions expected)
    {
        Assert.True(PermissionNames.TryParse(names.Split(','), out var permissions));
        Assert.Equal(expected, permissions);
        Assert.Equal(names.Split(',').Distinct().Order(), PermissionNames.Of(permissions).Order());
    }

    private static GroupDelegate Delegate(Permissions permissions, DateTimeOffset? expires) =>
        new("did:web:bob.example.com", 1, 1, permissions, expires, Noon, "0123456789abcdef", HasAdded: false);
}
