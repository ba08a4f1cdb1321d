namespace AtpKeyserver.Tests.Client;

public sealed class GroupKeyNameTests
{
    [Theory]
    [InlineData("did:plc:ewvi7nxzyoun6zhxrhs64oiz#x", true)]
    [InlineData("did:web:alice.example.com#a.b_c:d~e-f", true)]
    [InlineData("did:web:xn--bcher-kva.de#x", true)]
    [InlineData("did:web:localhost#x", true)]
    [InlineData("did:web:localhost%3A7071#x", true)]
    [InlineData("did:web:localhost%3A#x", false)]
    [InlineData("did:web:localhost%3Ax#x", false)]
    [InlineData("did:web:alice.example.com%3A7071#x", false)]
    [InlineData("did:web:a..com#x", false)]
    [InlineData("did:web:.a.com#x", false)]
    [InlineData("did:web:a.com.#x", false)]
    [InlineData("did:web:nodots#x", false)]
    [InlineData("did:web:-a.com#x", false)]
    [InlineData("did:web:a-.com#x", false)]
    [InlineData("did:web:127.0.0.1#x", false)]
    [InlineData("did:web:%%%#x", false)]
    [InlineData("did:web:Alice.com#x", false)]
    [InlineData("did:web:#x", false)]
    [InlineData("did:web:a.com", false)]
    [InlineData("did:web:a.com#", false)]
    public void An_id_is_valid_if_its_owner_is_an_account(string id, bool isValid) =>
        Assert.Equal(isValid, new GroupKeyName(id, null).IsValid);

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_label_has_up_to_63_characters(int length, bool isValid) =>
        Assert.Equal(isValid, new GroupKeyName($"did:web:{new string('a', length)}.com#x", null).IsValid);
}
