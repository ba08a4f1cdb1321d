using System.Text.RegularExpressions;
using AtpKeyserver.DevStack;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>The files in <c>lexicons/</c>.</summary>
public sealed partial class LexiconFilesTests
{
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
