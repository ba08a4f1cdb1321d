using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>Managed identities only, with the least permissions.</summary>
public sealed partial class AccessTests
{
    private const string Assignments = "Microsoft.Authorization/roleAssignments";

    private static IEnumerable<JsonElement> Everything =>
        Infrastructure.Deployments.SelectMany(deployment => deployment.Resources).Append(Infrastructure.Template.Json);

    [Fact]
    public void The_app_has_exactly_the_roles_that_it_needs() =>
        Assert.All(Infrastructure.Deployments, deployment =>
        {
            // Built-in roles, by their use in the code.
            (string Role, string Scope)[] needed =
            [
                // Storage Blob Data Owner: the host stores its state and creates containers.
                ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", Account(deployment.Output("HOST_ACCOUNT"))),
                // Storage Table Data Contributor: rows, and daily tables.
                ("0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", Account(deployment.Output("DATA_ACCOUNT"))),
                // Key Vault Crypto Service Encryption User: read, wrap and unwrap, for each KEK.
                .. deployment.OfType("Microsoft.KeyVault/vaults/keys")
                    .Select(kek => ("e147488a-f6f5-4113-8e2d-b22465e65bf6", Id(kek))),
                // Monitoring Metrics Publisher.
                ("3913510d-42f4-4e42-8a64-420c390055eb", Id(deployment.Single("Microsoft.Insights/components"))),
            ];
            var given = deployment.OfType(Assignments).ToArray();
            Assert.Equal(needed.Order(), given.Select(assignment => (RoleOf(assignment), ScopeOf(assignment))).Order());
            var app = Id(deployment.Single("Microsoft.Web/sites"));
            Assert.All(given, assignment => Assert.Matches(
                $@"^\[reference\('{Regex.Escape(app)}', '[0-9-]+', 'full'\)\.identity\.principalId\]$",
                assignment.Text("properties.principalId")));

            string Account(string name) => Id(deployment.OfType("Microsoft.Storage/storageAccounts")
                .Single(account => account.Text("name") == name));
        });

    [Fact]
    public void Roles_are_assigned_in_one_file_and_none_is_defined() =>
        Assert.All(Infrastructure.Template.All, template => Assert.All(template.Resources, resource =>
        {
            Assert.True(resource.Type != Assignments || template.Name == "access", $"{template.Name}: {resource.Name}");
            Assert.NotEqual("Microsoft.Authorization/roleDefinitions", resource.Type);
        }));

    [Fact]
    public void No_wildcard_grants_permissions()
    {
        var texts = Everything.SelectMany(element => element.AllStrings()).SelectMany(Literals).ToArray();
        Assert.DoesNotContain(texts, text => text.Split('/').Contains("*"));
        Assert.DoesNotContain(texts, text => text is "0.0.0.0/0" or "0.0.0.0");
    }

    [Fact]
    public void No_account_key_is_used_or_shown() =>
        Assert.All(Everything, element =>
        {
            // listKeys, listAccountSas, listSecrets and others; getSecret compiles to a reference with a secretName.
            Assert.DoesNotMatch(@"\blist\w+\(|(?i:AccountKey=)", element.GetRawText());
            Assert.DoesNotContain(element.AllProperties(), property => property.Name == "secretName");
        });

    [Fact]
    public void A_parameter_with_a_secret_is_secure()
    {
        string[] words = ["secret", "password", "token", "connectionstring", "sas", "credential"];
        // Local authentication is off, so the connection string grants no access.
        const string open = "insightsConnectionString";
        Assert.All(Infrastructure.Template.All.SelectMany(template => template.Parameters), parameter => Assert.True(
            parameter.Name == open
            || !words.Any(word => parameter.Name.Contains(word, StringComparison.OrdinalIgnoreCase))
            || parameter.Value.Text("type").StartsWith("secure", StringComparison.OrdinalIgnoreCase),
            parameter.Name));
        Assert.All(Infrastructure.Deployments, deployment =>
            Assert.True(deployment.Single("Microsoft.Insights/components").Flag("properties.DisableLocalAuth")));
    }

    [Fact]
    public void Accounts_allow_no_shared_keys_no_public_blobs_and_no_old_TLS() =>
        Assert.All(Infrastructure.Deployments, deployment =>
        {
            var accounts = deployment.OfType("Microsoft.Storage/storageAccounts")
                .Select(account => account.At("properties")).ToArray();
            Assert.InRange(accounts.Length, 2, 3);
            Assert.All(accounts, account =>
            {
                Assert.False(account.Flag("allowSharedKeyAccess"));
                Assert.False(account.Flag("allowBlobPublicAccess"));
                Assert.True(account.Flag("supportsHttpsTrafficOnly"));
                Assert.Equal("TLS1_2", account.Text("minimumTlsVersion"));
            });
        });

    [Fact]
    public void The_vault_uses_roles_and_soft_delete() =>
        Assert.All(Infrastructure.Deployments, deployment =>
        {
            var vault = deployment.Single("Microsoft.KeyVault/vaults").At("properties");
            Assert.True(vault.Flag("enableRbacAuthorization"));
            Assert.True(vault.Flag("enablePurgeProtection"));
            Assert.True(vault.Flag("enableSoftDelete"));
            Assert.False(vault.TryGetProperty("accessPolicies", out _));
        });

    [Fact]
    public void A_KEK_wraps_and_unwraps_expires_and_is_rotated()
    {
        var keks = Infrastructure.Deployments
            .SelectMany(deployment => deployment.OfType("Microsoft.KeyVault/vaults/keys")).ToArray();
        Assert.NotEmpty(keks);
        Assert.All(keks, kek =>
        {
            Assert.Equal(["wrapKey", "unwrapKey"], kek.At("properties.keyOps").AllStrings());
            Assert.Contains("utcNow()", kek.Text("properties.attributes.exp"), StringComparison.Ordinal);
            Assert.Contains("rotate", kek.At("properties.rotationPolicy.lifetimeActions").EnumerateArray()
                .Select(action => action.Text("action.type")));
        });
    }

    [Fact]
    public void The_app_allows_only_https_and_no_passwords() =>
        Assert.All(Infrastructure.Deployments, deployment =>
        {
            var site = deployment.Single("Microsoft.Web/sites");
            Assert.Equal("SystemAssigned", site.Text("identity.type"));
            Assert.True(site.Flag("properties.httpsOnly"));
            Assert.Equal("1.2", site.Text("properties.siteConfig.minTlsVersion"));
            Assert.Equal("Disabled", site.Text("properties.siteConfig.ftpsState"));
            var doors = deployment.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies").ToArray();
            Assert.Equal(["ftp", "scm"], doors.Select(door => door.Text("name").Split('/')[^1]).Order());
            Assert.All(doors, door => Assert.False(door.Flag("properties.allow")));
        });

    private static string Id(JsonElement resource) => resource.Text("id");

    private static string RoleOf(JsonElement assignment) =>
        assignment.Text("properties.roleDefinitionId").Split('/')[^1];

    private static string ScopeOf(JsonElement assignment) => Scope().Match(Id(assignment)).Groups[1].Value;

    /// <summary>The strings in a template expression; for any other text, the text itself.</summary>
    private static IEnumerable<string> Literals(string text) =>
        text.StartsWith('[') ? Literal().Matches(text).Select(match => match.Groups[1].Value) : [text];

    /// <summary>The name of an assignment contains the app's identity, so its id is an expression.</summary>
    [GeneratedRegex(@"^\[extensionResourceId\('([^']+)'")]
    private static partial Regex Scope();

    [GeneratedRegex("'((?:[^']|'')*)'")]
    private static partial Regex Literal();
}
