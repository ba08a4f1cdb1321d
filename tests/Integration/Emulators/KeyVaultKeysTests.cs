using System.Text.Json.Nodes;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class KeyVaultKeysTests(KeyVaultFixture fixture) : IClassFixture<KeyVaultFixture>
{
    private const string Version = KeyVaultClient.Version;

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    [InlineData(4096)]
    public async Task Create_uses_the_requested_size(int size)
    {
        var name = fixture.NewName();
        var bundle = await fixture.Client.CallAsync(
            HttpMethod.Post, $"keys/{name}/create{Version}", $$"""{"kty":"RSA","key_size":{{size}}}""");

        var key = bundle["key"]!;
        Assert.Matches($"^{fixture.Emulator.VaultUri}keys/{name}/[0-9a-f]{{32}}$", key.Text("kid"));
        Assert.Equal("RSA", key.Text("kty"));
        Assert.Equal("AQAB", key.Text("e"));
        Assert.DoesNotContain('=', key.Text("n"));
        using var rsa = KeyVaultClient.PublicKey(bundle);
        Assert.Equal(size, rsa.KeySize);
        var attributes = bundle["attributes"]!;
        Assert.True((bool)attributes["enabled"]!);
        Assert.Equal(fixture.Clock.GetUtcNow().ToUnixTimeSeconds(), (long)attributes["created"]!);
        Assert.Equal(fixture.Clock.GetUtcNow().ToUnixTimeSeconds(), (long)attributes["updated"]!);
        Assert.Equal("Recoverable+Purgeable", attributes.Text("recoveryLevel"));
    }

    [Fact]
    public async Task A_key_has_2048_bits_by_default_and_keeps_its_operations_and_tags()
    {
        var name = fixture.NewName();
        var bundle = await fixture.Client.CallAsync(
            HttpMethod.Post, $"keys/{name}/create{Version}",
                """{"kty":"RSA","key_ops":["wrapKey","unwrapKey"],"tags":{"for":"tests"}}""");
        using var rsa = KeyVaultClient.PublicKey(bundle);
        Assert.Equal(2048, rsa.KeySize);
        Assert.Equal("""["wrapKey","unwrapKey"]""", bundle["key"]!["key_ops"]!.ToJsonString());

        var rotated = await fixture.Client.RotateAsync(name);
        Assert.Equal("""["wrapKey","unwrapKey"]""", rotated["key"]!["key_ops"]!.ToJsonString());
        Assert.Equal("tests", rotated["tags"]!.Text("for"));
    }

    [Fact]
    public async Task A_key_is_read_newest_first_or_by_version()
    {
        var name = fixture.NewName();
        var first = await fixture.Client.CreateAsync(name);
        var second = await fixture.Client.RotateAsync(name);
        var third = await fixture.Client.CreateAsync(name);

        Assert.Equal(3, new[] { first, second, third }.Select(bundle => bundle["key"]!.Text("n")).Distinct().Count());
        foreach (
            var path in new[] { $"keys/{name}", $"keys/{name}/", $"keys/{name.ToUpperInvariant()}", $"Keys/{name}//" })
            Assert.Equal(third.ToJsonString(), (await fixture.Client.GetAsync(path + Version)).ToJsonString());
        foreach (var bundle in new[] { first, second, third })
        {
            var path = KeyVaultClient.PathOf(bundle);
            Assert.Equal(bundle.ToJsonString(), (await fixture.Client.GetAsync(path + Version)).ToJsonString());
            Assert.Equal(bundle.ToJsonString(), (await fixture.Client.GetAsync(path + "/" + Version)).ToJsonString());
        }
    }

    [Fact]
    public async Task Ids_contain_the_host_of_the_request()
    {
        var name = fixture.NewName();
        await fixture.Client.CreateAsync(name);
        var port = fixture.Emulator.VaultUri.Port;
        using var client =
            new KeyVaultClient(new Uri($"https://127.0.0.1:{port}/"), fixture.Emulator.CertificateFolder);
        var bundle = await client.GetAsync($"keys/{name}{Version}");
        Assert.StartsWith(
            $"https://127.0.0.1:{port}/keys/{name}/", bundle["key"]!.Text("kid"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_are_paged_and_each_is_listed_once()
    {
        var name = fixture.NewName();
        var made = new HashSet<string> { (await fixture.Client.CreateAsync(name))["key"]!.Text("kid") };
        for (var i = 0; i < 4; i++)
            made.Add((await fixture.Client.RotateAsync(name))["key"]!.Text("kid"));

        var listed = new List<string>();
        var pages = 0;
        for (string? next = $"keys/{name}/versions{Version}&maxresults=2"; next is not null; pages++)
        {
            var page = await fixture.Client.GetAsync(next);
            listed.AddRange(page["value"]!.AsArray().Select(item => item!.Text("kid")));
            Assert.All(page["value"]!.AsArray(), item => Assert.NotNull(item!["attributes"]!["created"]));
            next = (string?)page["nextLink"];
        }

        Assert.Equal(3, pages);
        Assert.Equal(made.Order(), listed.Order());
        var error = await fixture.Client.FailAsync(HttpMethod.Get, $"keys/{name}/versions{Version}&maxresults=26");
        Assert.Equal("BadParameter", error.Code);
    }

    [Fact]
    public async Task Keys_are_listed_without_a_version()
    {
        var name = fixture.NewName();
        await fixture.Client.CreateAsync(name);
        var kids = new List<string>();
        for (string? next = $"keys{Version}"; next is not null;)
        {
            var page = await fixture.Client.GetAsync(next);
            kids.AddRange(page["value"]!.AsArray().Select(item => item!.Text("kid")));
            next = (string?)page["nextLink"];
        }

        Assert.Contains($"{fixture.Emulator.VaultUri}keys/{name}", kids);
    }

    [Fact]
    public async Task Patch_changes_only_the_given_attributes()
    {
        var name = fixture.NewName();
        var created = await fixture.Client.CreateAsync(name);
        var path = KeyVaultClient.PathOf(created);

        var disabled =
            await fixture.Client.CallAsync(HttpMethod.Patch, path + Version, """{"attributes":{"enabled":false}}""");
        Assert.False((bool)disabled["attributes"]!["enabled"]!);
        Assert.Equal(created["key"]!.ToJsonString(), disabled["key"]!.ToJsonString());

        var tagged = await fixture.Client.CallAsync(HttpMethod.Patch, path + Version, """{"tags":{"a":"b"}}""");
        Assert.False((bool)tagged["attributes"]!["enabled"]!);
        Assert.Equal("b", tagged["tags"]!.Text("a"));

        var enabled = await fixture.Client.CallAsync(
            HttpMethod.Patch, $"keys/{name}/{Version}",
                """{"attributes":{"enabled":true,"created":1,"recoveryLevel":"Purgeable"}}""");
        Assert.True((bool)enabled["attributes"]!["enabled"]!);
        Assert.Equal((long)created["attributes"]!["created"]!, (long)enabled["attributes"]!["created"]!);
        Assert.Equal("Recoverable+Purgeable", enabled["attributes"]!.Text("recoveryLevel"));
    }

    [Fact]
    public async Task A_disabled_version_is_listed_as_disabled()
    {
        var name = fixture.NewName();
        var path = KeyVaultClient.PathOf(await fixture.Client.CreateAsync(name));
        await fixture.Client.CallAsync(HttpMethod.Patch, path + Version, """{"attributes":{"enabled":false}}""");
        Assert.False((bool)(await fixture.Client.GetAsync(path + Version))["attributes"]!["enabled"]!);
    }

    [Fact]
    public async Task A_deleted_key_reserves_its_name_until_it_is_purged()
    {
        var name = fixture.NewName();
        var created = await fixture.Client.CreateAsync(name);
        var deleted = await fixture.Client.CallAsync(HttpMethod.Delete, $"keys/{name}{Version}");
        Assert.Equal($"{fixture.Emulator.VaultUri}deletedkeys/{name}", deleted.Text("recoveryId"));
        Assert.Equal(created["key"]!.ToJsonString(), deleted["key"]!.ToJsonString());
        Assert.True((long)deleted["deletedDate"]! < (long)deleted["scheduledPurgeDate"]!);

        Assert.Equal(404, (await fixture.Client.FailAsync(HttpMethod.Get, $"keys/{name}{Version}")).Status);
        var unwrap = await fixture.Client.FailAsync(
            HttpMethod.Post, $"keys/{name}/unwrapkey{Version}", KeyVaultClient.Operation([1]));
        Assert.Equal((404, "KeyNotFound"), (unwrap.Status, unwrap.Code));
        var create =
            await fixture.Client.FailAsync(HttpMethod.Post, $"keys/{name}/create{Version}", """{"kty":"RSA"}""");
        Assert.Equal((409, "Conflict", "ObjectIsDeletedButRecoverable"), (create.Status, create.Code, create.Inner));
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Emulator.CreateKeyAsync(name));
        Assert.Equal(
            deleted.ToJsonString(), (await fixture.Client.GetAsync($"deletedkeys/{name}{Version}")).ToJsonString());

        using (var purged = await fixture.Client.SendAsync(HttpMethod.Delete, $"deletedkeys/{name}{Version}"))
            Assert.Equal(204, (int)purged.StatusCode);
        var anew = await fixture.Client.CreateAsync(name);
        Assert.NotEqual(created["key"]!.Text("n"), anew["key"]!.Text("n"));
    }

    [Fact]
    public async Task CreateKeyAsync_creates_a_key_once_for_concurrent_calls()
    {
        var name = fixture.NewName();
        var ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.Emulator.CreateKeyAsync(name)));
        var id = Assert.Single(ids.Distinct());
        Assert.Equal(id.AbsoluteUri, (await fixture.Client.GetAsync($"keys/{name}{Version}"))["key"]!.Text("kid"));
        Assert.Single((await fixture.Client.GetAsync($"keys/{name}/versions{Version}"))["value"] as JsonArray ?? []);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Emulator.CreateKeyAsync("no name"));
    }

    [Fact]
    public async Task Concurrently_created_versions_are_all_kept()
    {
        var name = fixture.NewName();
        await fixture.Client.CreateAsync(name);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fixture.Client.RotateAsync(name)));
        Assert.Equal(7, (await fixture.Client.GetAsync($"keys/{name}/versions{Version}"))["value"]!.AsArray().Count);
    }
}
