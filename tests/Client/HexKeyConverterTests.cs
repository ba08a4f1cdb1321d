using System.Text;
using System.Text.Json;

namespace AtpKeyserver.Tests.Client;

/// <summary>A response that is malformed after a key leaves no key in memory.</summary>
public sealed class HexKeyConverterTests
{
    private const string Entry = """{"groupId":"g","version":1,"secretKey":"KEY"}""";

    [Theory]
    [InlineData("after the keys", $$"""{"keys":[{{Entry}},{{Entry}}],}""", 2)]
    [InlineData("after the response", $$"""{"keys":[{{Entry}}]}x""", 1)]
    [InlineData("keys occurs twice", $$"""{"keys":[{{Entry}}],"keys":[]}""", 1)]
    [InlineData("a later entry", $$"""{"keys":[{{Entry}},1]}""", 1)]
    [InlineData("in the entry itself", """{"keys":[{"groupId":"g","secretKey":"KEY","version":"1"}]}""", 1)]
    [InlineData("two keys of an entry", """{"keys":[{"groupId":"g","secretKey":"KEY","secretKey":"KEY"}]}""", 1)]
    [InlineData("no group", """{"keys":[{"secretKey":"KEY"}]}""", 1)]
    [InlineData("an incomplete key", """{"keys":[{"groupId":"g","secretKey":"HALF"}]}""", 1)]
    public void Keys_of_a_malformed_response_are_zeroed(string where, string json, int count)
    {
        var keys = new List<byte[]>();
        Assert.Throws<JsonException>(
            () => HexKeyConverter.Deserialize(Bytes(json), KeyJson.Default.GroupKeysResponse, keys));
        Assert.True(count == keys.Count, where);
        Assert.All(keys, key => Assert.Equal(new byte[32], key));
    }

    [Fact]
    public void A_single_key_of_a_malformed_response_is_zeroed()
    {
        var keys = new List<byte[]>();
        var json = Bytes("""{"groupId":"g","secretKey":"KEY","version":null}""");
        Assert.Throws<JsonException>(
            () => HexKeyConverter.Deserialize(json, KeyJson.Default.GroupKeyResponse, keys));
        Assert.Equal(new byte[32], Assert.Single(keys));
    }

    [Fact]
    public void Keys_of_a_response_are_returned()
    {
        var keys = new List<byte[]>();
        var json = Bytes($$"""{"keys":[{{Entry}},{"groupId":"g","error":"Forbidden"}],"new":1}""");
        var response = HexKeyConverter.Deserialize(json, KeyJson.Default.GroupKeysResponse, keys)!;
        Assert.Equal(Enumerable.Repeat((byte)0xAA, 32), response.Keys[0]!.SecretKey);
        Assert.Same(Assert.Single(keys), response.Keys[0]!.SecretKey);
        Assert.Equal("Forbidden", response.Keys[1]!.Error);
    }

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json
        .Replace("KEY", new string('a', 64), StringComparison.Ordinal)
        .Replace("HALF", new string('a', 32) + new string('x', 32), StringComparison.Ordinal));
}
