using System.Text.RegularExpressions;
using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The official compiler accepts every file without a warning.</summary>
public sealed partial class CompilerTests
{
    public static TheoryData<string> Files =>
        new(["main.bicep", .. Infrastructure.ParameterFiles, Infrastructure.AllOptions, Infrastructure.AlertQueries]);

    public static TheoryData<string> Deployments => new([.. Infrastructure.ParameterFiles, Infrastructure.AllOptions]);

    /// <summary>
    /// Resource types with versions, from the sources: a template omits existing resources that are only parents.
    /// </summary>
    private static string[] Types => [.. Infrastructure.Sources
        .SelectMany(file => TypeAndVersion().Matches(Infrastructure.TextOf(file)))
        .Select(match => match.Groups[1].Value).Distinct()];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_compiles_without_a_warning(string file) =>
        Findings.AssertNone(Infrastructure.Compile(file).Diagnostics);

    [Fact]
    public void Every_source_file_belongs_to_main()
    {
        var compiled = Infrastructure.Compiler.FilesOf(Infrastructure.PathOf("main.bicep"));
        Assert.Empty(Infrastructure.Sources.Select(Infrastructure.PathOf).Except(compiled));
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void A_parameter_file_deploys_main(string file)
    {
        Assert.Equal(TemplateHash(Infrastructure.Compile("main.bicep")), TemplateHash(Infrastructure.Compile(file)));
        Findings.AssertNone(Infrastructure.Predict(file).Diagnostics);
    }

    [Fact]
    public void The_parameter_file_of_the_tests_deploys_every_type_of_resource()
    {
        var declared = Infrastructure.Template.All.SelectMany(template => template.Resources)
            .Where(resource => !resource.IsExisting && !resource.IsModule).Select(resource => resource.Type);
        var deployed = Infrastructure.Predict(Infrastructure.AllOptions).Resources;
        Assert.Equal(
            declared.Distinct().Order(),
            deployed.Select(resource => resource.Text("type")).Distinct().Order());
    }

    /// <summary>The compiler runs without a network, and no third party can change our modules.</summary>
    [Fact]
    public void No_module_or_extension_comes_from_a_registry() =>
        Assert.All(Infrastructure.Sources, file =>
            Assert.DoesNotMatch("'(br|ts)[:/]|(?m)^extension ", Infrastructure.TextOf(file)));

    [Fact]
    public void Every_parameter_of_main_has_a_description() =>
        Assert.All(Infrastructure.Template.Parameters, parameter =>
            Assert.NotEmpty(parameter.Value.Text("metadata.description")));

    [Fact]
    public void Each_type_has_one_api_version() =>
        Assert.DoesNotContain(Types.GroupBy(type => type.Split('@')[0]), versions => versions.Count() > 1);

    [Fact]
    public void A_preview_is_used_only_without_an_alternative() =>
        Assert.Equal(
            ["Microsoft.Insights/diagnosticSettings@2021-05-01-preview"],
            Types.Where(type => type.Contains("preview", StringComparison.Ordinal)));

    private static string TemplateHash(Compilation compilation) =>
        compilation.Template!.Value.Text("metadata._generator.templateHash");

    [GeneratedRegex("^ *resource \\w+ '([^']+)'", RegexOptions.Multiline)]
    private static partial Regex TypeAndVersion();
}
