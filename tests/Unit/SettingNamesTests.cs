using AtpKeyserver.Configuration;
using Microsoft.Extensions.Configuration;

namespace AtpKeyserver.Tests.Unit;

/// <summary>Names that are not settings: misspelled ones are errors.</summary>
public sealed class SettingNamesTests
{
    [Theory]
    [InlineData("Keyserver__Mod", "Keyserver__Mode")]
    [InlineData("Keyserver__MDOE", "Keyserver__Mode")]
    [InlineData("Keyserver__Mode__0", "Keyserver__Mode")]
    [InlineData("Keyserver__KeyringFingerprint", "Keyserver__KeyVault__KeyringFingerprint")]
    [InlineData("Keyserver__AccessLogs__RetentionDay", "Keyserver__AccessLog__RetentionDays")]
    [InlineData("Keyserver__RateLimits__Strict", "Keyserver__AccessLog__Strict")]
    [InlineData("Keyserver__NameServer", "Keyserver__NameServers__0")]
    [InlineData("Keyserver__NameServer__2", "Keyserver__NameServers__2")]
    public void A_misspelled_name_is_an_error(string name, string meant)
    {
        var failures = Names(name).Validate(null, new KeyserverOptions()).Failures;
        Assert.Equal([$"{name} is not a setting. Did you mean {meant}?"], failures);
    }

    [Theory]
    [InlineData("Keyserver__Dns")]
    [InlineData("Keyserver__RateLimits__ExportsPerDay")]
    [InlineData("Keyserver__Exports__Format")]
    [InlineData("Keyserver__0")]
    public void A_name_of_another_version_is_not_an_error(string name) => IsValid(name);

    [Fact]
    public void Settings_are_known_in_any_case()
    {
        Assert.Contains(("Keyserver__RateLimits__DeniedDids", true), SettingNames.Known);
        foreach (var (name, isList) in SettingNames.Known)
            IsValid((isList ? name + "__7" : name).ToUpperInvariant());
    }

    /// <summary>Otherwise a new setting would stop a rollback to a version that does not have it.</summary>
    [Fact]
    public void No_setting_is_taken_for_another()
    {
        string[] names = [.. SettingNames.Known.Select(known => known.Name.Split("__")[^1])];
        Assert.Empty(
            from name in names
            from other in names
            where name != other && Spelling.IsNear(name, other)
            select $"{name} is similar to {other}");
        Assert.Distinct(names);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "ABC", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abcd", "badc", 2)]
    [InlineData("kitten", "sitting", 3)]
    public void Edits_are_counted(string one, string other, int edits)
    {
        Assert.Equal(edits, Spelling.Edits(one, other));
        Assert.Equal(edits, Spelling.Edits(other, one));
    }

    private static void IsValid(string name) =>
        Assert.True(Names(name).Validate(null, new KeyserverOptions()).Succeeded, name);

    private static SettingNames Names(string name) => new(new ConfigurationBuilder()
        .AddInMemoryCollection([KeyValuePair.Create(name.Replace("__", ":", StringComparison.Ordinal), (string?)"x")])
        .Build()
        .GetSection(KeyserverOptions.Section));
}
