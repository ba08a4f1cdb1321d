using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Tests.Unit.Identifiers;

public sealed class GroupIdTests
{
    private const string Owner = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("f")]
    [InlineData("Close.Friends_2:a~b-c")]
    public void Reads_owner_and_name(string name)
    {
        Assert.True(GroupId.TryParse($"{Owner}#{name}", allowLocalhost: false, out var id));
        Assert.Equal(Owner, id.Owner.Value);
        Assert.Equal($"{Owner}#{name}", id.Value);
    }

    [Fact]
    public void Accepts_a_name_of_128_characters_and_no_more()
    {
        Assert.True(GroupId.TryParse($"{Owner}#{new string('x', 128)}", false, out _));
        Assert.False(GroupId.TryParse($"{Owner}#{new string('x', 129)}", false, out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Owner)]
    [InlineData(Owner + "#")]
    [InlineData(Owner + "#a b")]
    [InlineData(Owner + "#a#b")]
    [InlineData(Owner + "#a/b")]
    [InlineData(Owner + "#ä")]
    [InlineData("#friends")]
    [InlineData("friends")]
    [InlineData("did:key:zQ3sh#friends")]
    [InlineData("did:plc:AAAAAAAAAAAAAAAAAAAAAAAA#friends")]
    [InlineData("did:web:localhost%3A80#friends")]
    public void Refuses_an_invalid_group_id(string? text) => Assert.False(GroupId.TryParse(text, false, out _));
}
