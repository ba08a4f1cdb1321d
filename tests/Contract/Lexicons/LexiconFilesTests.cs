using System.Text.RegularExpressions;
using AtpKeyserver.DevStack;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>The files in <c>lexicons/</c>.</summary>
public sealed partial class LexiconFilesTests
{
    private const string Prefix = "dev.atpkeyserver.alpha.";

    public static TheoryData<string> Files => [.. LexiconCatalog.Product.All.Select(lexicon => lexicon.Path)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Follows_the_rules(string path)
    {
        var lexicon = Assert.Single(LexiconCatalog.Product.All, lexicon => lexicon.Path == path);
        Assert.Empty(new LexiconChecker(LexiconCatalog.Product).Check(lexicon));
    }

    [Fact]
    public void Every_file_has_a_unique_id() =>
        Assert.Equal(
            LexiconCatalog.Product.All.Count, LexiconCatalog.Product.All.DistinctBy(lexicon => lexicon.Id).Count());

    [Theory]
    [InlineData("server.describeServer", "query")]
    [InlineData("keypair.getPublicKey", "query", "key.public")]
    [InlineData("keypair.getKeypair", "query", "key")]
    [InlineData("keypair.rotate", "procedure", "key.rotate")]
    [InlineData("keypair.listVersions", "query", "key.versions")]
    [InlineData("keypair.getAccessLog", "query")]
    [InlineData("group.getKey", "query", "group.getGroupKey", "group.key")]
    [InlineData("group.rotateKey", "procedure", "group.key.rotate")]
    [InlineData("group.listKeyVersions", "query", "group.key.versions")]
    [InlineData("group.addMember", "procedure", "group.member.add")]
    [InlineData("group.removeMember", "procedure", "group.member.remove")]
    [InlineData("group.delete", "procedure")]
    [InlineData("account.delete", "procedure")]
    [InlineData("account.export", "query")]
    [InlineData("group.listMembers", "query")]
    [InlineData("group.addDelegate", "procedure")]
    [InlineData("group.removeDelegate", "procedure")]
    [InlineData("group.listDelegates", "query")]
    [InlineData("group.listGroups", "query")]
    [InlineData("group.getAccessLog", "query")]
    public void Every_method_has_the_expected_kind_and_aliases(string method, string kind, params string[] aliases)
    {
        Assert.Equal(kind, LexiconCatalog.Product[Prefix + method].Kind);
        var found = XrpcMethods.Find(Prefix + method)!;
        Assert.Equal(Prefix + method, found.Nsid);
        Assert.Equal(aliases.Select(alias => Prefix + alias), found.Aliases.Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// A generated client has a member for each part of a name, which cannot be both a method and a namespace.
    /// </summary>
    [Fact]
    public void No_name_is_a_prefix_of_another() => Assert.Empty(
        from one in LexiconCatalog.Product.All
        from other in LexiconCatalog.Product.All
        where other.Id.StartsWith(one.Id + ".", StringComparison.Ordinal)
        select $"{one.Id} and {other.Id}");

    [Fact]
    public void The_aliases_match_the_routes()
    {
        var readme = File.ReadAllText(Path.Combine(AzuriteProcess.RepositoryRoot(), "lexicons", "README.md"));
        var written = AliasRow.Matches(readme).Select(row => (row.Groups[1].Value, row.Groups[2].Value));
        var served = XrpcMethods.All.SelectMany(method => method.Aliases, (method, alias) => (alias, method.Nsid));
        Assert.Equal(served.Order(), written.Order());
    }

    [Fact]
    public void Uses_only_errors_that_the_server_has() => Assert.All(
        LexiconCatalog.Product.Methods.SelectMany(lexicon => lexicon.ErrorNames),
        name => Assert.True(Enum.TryParse<ErrorName>(name, out _), name));

    [GeneratedRegex("^\\| `([A-Za-z.]+)` \\| `([A-Za-z.]+)` \\|$", RegexOptions.Multiline)]
    private static partial Regex AliasRow { get; }
}
