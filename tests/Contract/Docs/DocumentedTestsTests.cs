using System.Text.RegularExpressions;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Contract.Docs;

/// <summary>Tests that are named in documents exist.</summary>
public sealed partial class DocumentedTestsTests
{
    [Theory]
    [InlineData("THREAT_MODEL.md")]
    [InlineData("CRYPTOGRAPHY.md")]
    [InlineData("COMPLIANCE.md")]
    [InlineData("OPERATIONS.md")]
    public void Tests_named_in_documents_exist(string document)
    {
        var root = AzuriteProcess.RepositoryRoot();
        var existing = Directory.EnumerateFiles(Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var named = TestName().Matches(File.ReadAllText(Path.Combine(root, "docs", document)))
            .Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, existing));
    }

    [GeneratedRegex("`(\\w+Tests)`")]
    private static partial Regex TestName();
}
