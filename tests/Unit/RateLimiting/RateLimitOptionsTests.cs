using AtpKeyserver.Configuration;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

public sealed class RateLimitOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Provider([]).GetRequiredService<RateLimits>();

    [Fact]
    public void Lists_are_read_from_the_settings()
    {
        using var provider = Provider(new()
        {
            ["DeniedNetworks:0"] = "203.0.113.0/24",
            ["DeniedDids:0"] = "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            ["TrustedProxies"] = "0",
        });
        provider.GetRequiredService<RateLimits>();
        var limits = provider.GetRequiredService<IOptions<KeyserverOptions>>().Value.RateLimits;
        Assert.Equal(["203.0.113.0/24"], limits.DeniedNetworks);
        Assert.Equal(["did:plc:ewvi7nxzyoun6zhxrhs64oiz"], limits.DeniedDids);
        Assert.Equal(0, limits.TrustedProxies);
    }

    [Theory]
    [InlineData("TrustedProxies", "-1", "0 to 8")]
    [InlineData("TrustedProxies", "9", "0 to 8")]
    [InlineData("AnonymousPerMinute", "0", "1 to 1000000")]
    [InlineData("RefusedTokensPerMinute", "0", "1 to 1000000")]
    [InlineData("ResolutionsPerMinute", "-5", "1 to 1000000")]
    [InlineData("ReadsPerMinute", "1000001", "1 to 1000000")]
    [InlineData("ChangesPerMinute", "0", "1 to 1000000")]
    [InlineData("AdditionsPerDay", "0", "1 to 1000000")]
    [InlineData("MalformedTokensPerMinute", "0", "1 to 1000000")]
    [InlineData("TokenResolutionsPerMinute", "1000001", "1 to 1000000")]
    [InlineData("DenialsPerMinute", "0", "1 to 1000000")]
    [InlineData("NewGroupsPerMinute", "-1", "1 to 1000000")]
    [InlineData("RotationsPerHour", "0", "1 to 1000000")]
    [InlineData("WebDomainCallers", "0", "1 to 100")]
    [InlineData("WebDomainCallers", "101", "1 to 100")]
    public void A_number_out_of_range_is_refused_by_name(string setting, string value, string range) =>
        Assert.Equal(
            [$"Set Keyserver__RateLimits__{setting} to a number from {range}, not {value}."],
            Refused(new() { [setting] = value }));

    [Theory]
    [InlineData("SharedWebHosts", "io", "a host name")]
    [InlineData("SharedWebHosts", "*.github.io", "a host name")]
    [InlineData("DeniedDids", "did:example:123", "a did:plc or did:web")]
    [InlineData("DeniedNetworks", "203.0.113.1/24", "an IP address or CIDR block")]
    public void An_invalid_entry_is_refused_by_name(string setting, string value, string what) =>
        Assert.Equal(
            [$"Set each entry of Keyserver__RateLimits__{setting} to {what}, not '{value}'."],
            Refused(new() { [$"{setting}:0"] = value }));

    [Fact]
    public void Every_invalid_setting_is_named() =>
        Assert.Equal(2, Refused(new() { ["ReadsPerMinute"] = "0", ["ChangesPerMinute"] = "0" }).Count());

    [Fact]
    public void A_deny_list_has_at_most_1_000_entries()
    {
        var networks = Enumerable.Range(0, 1001)
            .ToDictionary(i => $"DeniedNetworks:{i}", i => (string?)$"10.0.{i / 256}.{i % 256}");
        Assert.Equal(
            ["Set at most 1000 entries of Keyserver__RateLimits__DeniedNetworks, not 1001."], Refused(networks));
        networks.Remove("DeniedNetworks:1000");
        using var enough = Provider(networks);
        enough.GetRequiredService<RateLimits>();
    }

    [Fact]
    public void The_largest_settings_work()
    {
        var largest = new[]
        {
            "AnonymousPerMinute", "MalformedTokensPerMinute", "RefusedTokensPerMinute", "ResolutionsPerMinute",
            "TokenResolutionsPerMinute", "AllResolutionsPerMinute", "ReadsPerMinute", "ChangesPerMinute",
                "DenialsPerMinute",
            "NewGroupsPerMinute", "RotationsPerHour",
        }.ToDictionary(name => name, _ => (string?)"1000000");
        largest["WebDomainCallers"] = "100";
        using var provider = Provider(largest);
        var limits = provider.GetRequiredService<RateLimits>();
        var calls = 0;
        Assert.Equal(200_000, LimitsFixture.CountGranted(
            200_000, () => limits.TakeRead(LimitsFixture.Account($"h{calls++ % 100}.example.com"))));
    }

    private static IEnumerable<string> Refused(Dictionary<string, string?> settings)
    {
        using var provider = Provider(settings);
        return Assert.Throws<OptionsValidationException>(provider.GetRequiredService<RateLimits>).Failures;
    }

    private static ServiceProvider Provider(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(setting => KeyValuePair.Create($"Keyserver:RateLimits:{setting.Key}", setting.Value)))
            .Build();
        var services = new ServiceCollection();
        services.AddOptions<KeyserverOptions>().Bind(configuration.GetSection(KeyserverOptions.Section));
        services.AddSingleton(TimeProvider.System).AddRateLimiting();
        return services.BuildServiceProvider();
    }
}
