using System.Net;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class KeyVaultRequestTests(KeyVaultFixture fixture) : IClassFixture<KeyVaultFixture>
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("another token")]
    public async Task A_request_without_a_valid_token_is_challenged_before_any_other_check(string? token)
    {
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, "keys/absent/", null),
            (HttpMethod.Post, "keys/b%20ad/create", ""),
            (HttpMethod.Post, "nothing/here/at/all/of/it?api-version=1", "{"),
        })
        {
            using var response = await fixture.Client.SendAsync(method, path, body, token);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            var challenge = Assert.Single(response.Headers.GetValues("WWW-Authenticate"));
            Assert.Matches(
                "^Bearer authorization=\"https://login\\.microsoftonline\\.com/" +
                "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\", resource=\"https://vault\\.azure\\.net\"$",
                challenge);
            Assert.Contains(
                "\"code\":\"Unauthorized\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?api-version=")]
    [InlineData("?api-version=six")]
    [InlineData("?api-version=6.0")]
    public async Task A_request_needs_an_api_version(string query)
    {
        var (status, code, message, _) = await fixture.Client.FailAsync(HttpMethod.Get, "keys/absent" + query);
        Assert.Equal((400, "BadParameter"), (status, code));
        Assert.Contains("api-version", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?api-version=7.0")]
    [InlineData("?api%2Dversion=7.6")]
    [InlineData("?%61pi-version=7.6-preview.1")]
    [InlineData("?api-version=2025-07-01")]
    public async Task Known_api_versions_are_accepted_in_any_encoding(string query)
    {
        var error = await fixture.Client.FailAsync(HttpMethod.Get, "keys/absent" + query);
        Assert.Equal((404, "KeyNotFound"), (error.Status, error.Code));
    }

    [Theory]
    [InlineData("GET", "keys/absent")]
    [InlineData("GET", "keys/absent/")]
    [InlineData("GET", "keys/absent/0123456789abcdef0123456789abcdef")]
    [InlineData("GET", "keys/absent/versions")]
    [InlineData("POST", "keys/absent/rotate")]
    [InlineData("POST", "keys/absent/wrapkey")]
    [InlineData("POST", "keys/absent//unwrapkey")]
    [InlineData("PATCH", "keys/absent/")]
    [InlineData("DELETE", "keys/absent")]
    [InlineData("GET", "deletedkeys/absent")]
    [InlineData("DELETE", "deletedkeys/absent")]
    public async Task An_absent_key_is_KeyNotFound(string method, string path)
    {
        var error = await fixture.Client.FailAsync(
            new HttpMethod(method), path + KeyVaultClient.Version, KeyVaultClient.Operation([1]));
        Assert.Equal((404, "KeyNotFound"), (error.Status, error.Code));
        Assert.Contains("absent", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys/under_score/create", """{"kty":"RSA"}""")]
    [InlineData("keys/sp%20ace/create", """{"kty":"RSA"}""")]
    [InlineData("keys/..%2fescape/create", """{"kty":"RSA"}""")]
    [InlineData("keys/kek/create", "")]
    [InlineData("keys/kek/create", "{")]
    [InlineData("keys/kek/create", "[]")]
    [InlineData("keys/kek/create", "null")]
    [InlineData("keys/kek/create", "{}")]
    [InlineData("keys/kek/create", """{"kty":"EC"}""")]
    [InlineData("keys/kek/create", """{"kty":"RSA","key_size":1024}""")]
    [InlineData("keys/kek/create", """{"kty":"RSA","key_size":"2048"}""")]
    public async Task An_invalid_key_is_BadParameter(string path, string body)
    {
        var error = await fixture.Client.FailAsync(HttpMethod.Post, path + KeyVaultClient.Version, body);
        Assert.Equal((400, "BadParameter"), (error.Status, error.Code));
    }

    [Fact]
    public async Task Names_have_at_most_127_characters()
    {
        var bundle = await fixture.Client.CreateAsync(new string('a', 127));
        Assert.Contains(new string('a', 127), bundle["key"]!.Text("kid"), StringComparison.Ordinal);
        var error = await fixture.Client.FailAsync(
            HttpMethod.Post, $"keys/{new string('a', 128)}/create{KeyVaultClient.Version}", """{"kty":"RSA"}""");
        Assert.Equal((400, "BadParameter"), (error.Status, error.Code));
    }

    [Theory]
    [InlineData("PUT", "keys/kek")]
    [InlineData("POST", "keys/kek")]
    [InlineData("GET", "keys/kek/create")]
    [InlineData("POST", "keys/kek/0123456789abcdef0123456789abcdef/sign")]
    [InlineData("GET", "secrets/kek")]
    public async Task An_unknown_operation_is_refused(string method, string path)
    {
        var error = await fixture.Client.FailAsync(new HttpMethod(method), path + KeyVaultClient.Version, "{}");
        Assert.Equal(405, error.Status);
    }

    [Fact]
    public async Task Requests_with_the_token_are_counted()
    {
        var before = fixture.Emulator.Requests;
        await fixture.Client.FailAsync(HttpMethod.Get, "keys/absent" + KeyVaultClient.Version, token: null);
        await fixture.Client.GetAsync("keys" + KeyVaultClient.Version);
        Assert.Equal(before + 1, fixture.Emulator.Requests);
    }
}
