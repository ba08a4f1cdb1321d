using System.Net;
using System.Security.Cryptography;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class KeyVaultCryptographyTests(KeyVaultFixture fixture) : IClassFixture<KeyVaultFixture>
{
    private const string Version = KeyVaultClient.Version;

    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData("wrapKey", "unwrapKey", "RSA-OAEP-256")]
    [InlineData("wrapkey", "UNWRAPKEY", "RSA-OAEP")]
    [InlineData("encrypt", "Decrypt", "RSA-OAEP-256")]
    [InlineData("ENCRYPT", "decrypt", "RSA-OAEP")]
    public async Task Each_operation_reverses_its_counterpart(string close, string open, string algorithm)
    {
        var name = fixture.NewName();
        var path = KeyVaultClient.PathOf(await fixture.Client.CreateAsync(name));
        var closed = await fixture.Client.RunAsync(close, path, Secret, algorithm);
        Assert.Equal(256, closed.Length);
        foreach (var key in new[] { path, $"keys/{name}", $"keys/{name}/" })
            Assert.Equal(Secret, await fixture.Client.RunAsync(open, key, closed, algorithm));
    }

    [Theory]
    [InlineData("RSA-OAEP-256")]
    [InlineData("RSA-OAEP")]
    public async Task Bytes_that_a_client_wraps_with_the_public_key_can_be_unwrapped(string algorithm)
    {
        var bundle = await fixture.Client.CreateAsync(fixture.NewName());
        using var key = KeyVaultClient.PublicKey(bundle);
        var padding = algorithm == "RSA-OAEP" ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.OaepSHA256;
        var path = KeyVaultClient.PathOf(bundle);
        Assert.Equal(Secret, await fixture.Client.RunAsync("unwrapkey", path, key.Encrypt(Secret, padding), algorithm));
    }

    [Fact]
    public async Task Responses_name_the_version_that_was_used()
    {
        var name = fixture.NewName();
        var first = await fixture.Client.CreateAsync(name);
        var second = await fixture.Client.RotateAsync(name);
        var wrapped = await fixture.Client.CallAsync(
            HttpMethod.Post, $"keys/{name}//wrapkey{Version}", KeyVaultClient.Operation(Secret));
        Assert.Equal(second["key"]!.Text("kid"), wrapped.Text("kid"));
        var old = await fixture.Client.CallAsync(
            HttpMethod.Post, $"{KeyVaultClient.PathOf(first)}/wrapkey{Version}", KeyVaultClient.Operation(Secret));
        Assert.Equal(first["key"]!.Text("kid"), old.Text("kid"));
    }

    [Fact]
    public async Task Only_the_version_that_wrapped_can_unwrap()
    {
        var name = fixture.NewName();
        var first = KeyVaultClient.PathOf(await fixture.Client.CreateAsync(name));
        var wrapped = await fixture.Client.RunAsync("wrapkey", $"keys/{name}", Secret);
        await fixture.Client.RotateAsync(name);
        Assert.Equal(Secret, await fixture.Client.RunAsync("unwrapkey", first, wrapped));
        var error = await fixture.Client.FailAsync(
            HttpMethod.Post, $"keys/{name}//unwrapkey{Version}", KeyVaultClient.Operation(wrapped));
        Assert.Equal((400, "BadParameter"), (error.Status, error.Code));
    }

    [Theory]
    [InlineData("wrapkey", "wrapKey")]
    [InlineData("unwrapkey", "unwrapKey")]
    [InlineData("encrypt", "encrypt")]
    [InlineData("decrypt", "decrypt")]
    public async Task A_disabled_version_refuses_every_operation(string segment, string operation)
    {
        var name = fixture.NewName();
        var first = KeyVaultClient.PathOf(await fixture.Client.CreateAsync(name));
        var wrapped = await fixture.Client.RunAsync("wrapkey", first, Secret);
        await fixture.Client.CallAsync(HttpMethod.Patch, first + Version, """{"attributes":{"enabled":false}}""");
        foreach (var key in new[] { first, $"keys/{name}/" })
        {
            var error = await fixture.Client.FailAsync(
                HttpMethod.Post, $"{key}/{segment}{Version}", KeyVaultClient.Operation(wrapped));
            Assert.Equal(
                (403, "Forbidden", $"Operation {operation} is not allowed on a disabled key.", "KeyDisabled"),
                (error.Status, error.Code, error.Message, error.Inner));
        }

        await fixture.Client.CallAsync(HttpMethod.Patch, first + Version, """{"attributes":{"enabled":true}}""");
        Assert.Equal(Secret, await fixture.Client.RunAsync("unwrapkey", first, wrapped));
    }

    [Fact]
    public async Task Outside_its_validity_period_a_version_unwraps_but_does_not_wrap()
    {
        var start = fixture.Clock.GetUtcNow();
        var path = KeyVaultClient.PathOf(await fixture.Client.CreateAsync(fixture.NewName()));
        var wrapped = await fixture.Client.RunAsync("wrapkey", path, Secret);
        var now = start.ToUnixTimeSeconds();
        foreach (var attributes in new[] { $$"""{"exp":{{now}}}""", $$"""{"exp":{{now + 99}},"nbf":{{now + 1}}}""" })
        {
            await fixture.Client.CallAsync(HttpMethod.Patch, path + Version, $$"""{"attributes":{{attributes}}}""");
            var error = await fixture.Client.FailAsync(
                HttpMethod.Post, $"{path}/wrapkey{Version}", KeyVaultClient.Operation(Secret));
            Assert.Equal((403, "KeyNotYetValidOrExpired"), (error.Status, error.Inner));
            Assert.Equal(Secret, await fixture.Client.RunAsync("unwrapkey", path, wrapped));
        }
    }

    [Fact]
    public async Task A_key_allows_only_its_own_operations()
    {
        var name = fixture.NewName();
        await fixture.Client.CallAsync(
            HttpMethod.Post, $"keys/{name}/create{Version}", """{"kty":"RSA","key_ops":["wrapKey"]}""");
        var wrapped = await fixture.Client.RunAsync("wrapkey", $"keys/{name}", Secret);
        var error = await fixture.Client.FailAsync(
            HttpMethod.Post, $"keys/{name}/unwrapkey{Version}", KeyVaultClient.Operation(wrapped));
        Assert.Equal(HttpStatusCode.Forbidden, (HttpStatusCode)error.Status);
    }

    [Theory]
    [InlineData("unwrapkey", """{"alg":"RSA-OAEP-256","value":"AAAA"}""")]
    [InlineData("unwrapkey", """{"alg":"RSA-OAEP-256","value":"not base64url!"}""")]
    [InlineData("unwrapkey", """{"alg":"RSA-OAEP-256","value":""}""")]
    [InlineData("unwrapkey", """{"alg":"RSA-OAEP-256"}""")]
    [InlineData("unwrapkey", """{"value":"AAAA"}""")]
    [InlineData("unwrapkey", """{"alg":"A256KW","value":"AAAA"}""")]
    [InlineData("unwrapkey", "")]
    [InlineData("unwrapkey", "garbage")]
    [InlineData("wrapkey", """{"alg":"RSA1_5","value":"AAAA"}""")]
    public async Task Garbage_is_BadParameter(string operation, string body)
    {
        await fixture.Emulator.CreateKeyAsync("garbage");
        var error = await fixture.Client.FailAsync(HttpMethod.Post, $"keys/garbage/{operation}{Version}", body);
        Assert.Equal((400, "BadParameter"), (error.Status, error.Code));
    }

    [Fact]
    public async Task Random_bytes_of_the_right_length_are_BadParameter()
    {
        await fixture.Emulator.CreateKeyAsync("garbage");
        var body = KeyVaultClient.Operation(RandomNumberGenerator.GetBytes(256));
        var error = await fixture.Client.FailAsync(HttpMethod.Post, $"keys/garbage/unwrapkey{Version}", body);
        Assert.Equal((400, "BadParameter"), (error.Status, error.Code));
    }

    [Fact]
    public async Task Too_long_an_input_is_BadParameter()
    {
        await fixture.Emulator.CreateKeyAsync("garbage");
        Assert.Equal(256, (await fixture.Client.RunAsync("wrapkey", "keys/garbage", new byte[190])).Length);
        var body = KeyVaultClient.Operation(new byte[191]);
        var error = await fixture.Client.FailAsync(HttpMethod.Post, $"keys/garbage/wrapkey{Version}", body);
        Assert.Equal((400, "BadParameter"), (error.Status, error.Code));
    }
}
