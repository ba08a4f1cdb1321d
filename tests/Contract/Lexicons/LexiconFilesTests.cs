using System.Text.Json.Nodes;
using AtpKeyserver.Errors;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>The files in <c>lexicons/</c>.</summary>
public sealed class LexiconFilesTests
{
    private const string Prefix = "dev.atpkeyserver.alpha.";

    public static TheoryData<string> Files => [.. LexiconCatalog.Product.All.Select(lexicon => lexicon.Path)];

    public static TheoryData<string> Aliases =>
        [.. LexiconCatalog.Product.Methods.Where(lexicon => lexicon.AliasOf is not null).Select(lexicon => lexicon.Id)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Keeps_the_rules(string path)
    {
        var lexicon = Assert.Single(LexiconCatalog.Product.All, lexicon => lexicon.Path == path);
        Assert.Empty(new LexiconChecker(LexiconCatalog.Product).Check(lexicon));
    }

    [Fact]
    public void Every_file_has_an_id_of_its_own() =>
        Assert.Equal(LexiconCatalog.Product.All.Count, LexiconCatalog.Product.All.DistinctBy(lexicon => lexicon.Id).Count());

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
    public void Every_method_has_its_kind_and_its_aliases(string method, string kind, params string[] aliases)
    {
        var lexicon = LexiconCatalog.Product[Prefix + method];
        Assert.Equal(kind, lexicon.Kind);
        Assert.Null(lexicon.AliasOf);
        var found = LexiconCatalog.Product.Methods.Where(other => other.AliasOf == lexicon.Id).Select(other => other.Id);
        Assert.Equal(aliases.Select(alias => Prefix + alias), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Aliases))]
    public void An_alias_differs_in_its_description_only(string nsid)
    {
        var alias = LexiconCatalog.Product[nsid];
        var canonical = LexiconCatalog.Product[alias.AliasOf!];
        Assert.True(JsonNode.DeepEquals(WithoutDescription(canonical), WithoutDescription(alias)), $"{nsid} differs from {canonical.Id}");
    }

    [Fact]
    public void Names_no_error_that_the_server_does_not_have() => Assert.All(
        LexiconCatalog.Product.Methods.SelectMany(lexicon => lexicon.ErrorNames),
        name => Assert.True(Enum.TryParse<ErrorName>(name, out _), name));

    private static JsonNode WithoutDescription(Lexicon lexicon)
    {
        var definitions = JsonNode.Parse(lexicon.Document.GetProperty("defs").GetRawText())!;
        definitions["main"]!.AsObject().Remove("description");
        return definitions;
    }
}
