using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>Identities only, and the least that they need.</summary>
public sealed class AccessTests
{
    private const string Assignments = "Microsoft.Authorization/roleAssignments@2022-04-01";

    /// <summary>Built-in roles by what the code does with them, and where they are given.</summary>
    private static readonly (string Role, string Id, string Scope)[] Needed =
    [
        ("storageBlobDataOwner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "hostAccount"),
        ("storageTableDataContributor", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "dataAccount"),
        ("keyVaultCryptoServiceEncryptionUser", "e147488a-f6f5-4113-8e2d-b22465e65bf6", "keks[i]"),
        ("monitoringMetricsPublisher", "3913510d-42f4-4e42-8a64-420c390055eb", "insights"),
    ];

    [Fact]
    public void The_app_has_the_roles_that_it_needs_where_it_needs_them_and_no_others()
    {
        var access = Infrastructure.File("access.bicep");
        Assert.Equal(
            Needed.Select(role => $"{role.Role} {role.Id}").Order(),
            access.Variable("roles").Properties.Select(role => $"{role.Key} {role.Value.Unquoted}").Order());
        Assert.Equal(
            Needed.Select(role => $"roles.{role.Role} at {role.Scope}").Order(),
            access.Resources.Where(r => r.Of == Assignments).Select(r => $"{RoleOf(r)} at {r.Body.Find("scope")!.Text}").Order());
    }

    [Fact]
    public void Roles_are_given_in_one_file_only_and_none_is_made() =>
        Assert.All(Infrastructure.Sources, file => Assert.All(file.Resources, resource =>
        {
            Assert.True(resource.Of != Assignments || file.Name == "access.bicep", $"{file.Name}: {resource.Name}");
            Assert.DoesNotContain("roleDefinitions@", resource.Of, StringComparison.Ordinal);
        }));

    [Fact]
    public void Nothing_is_allowed_by_a_wildcard()
    {
        var texts = Infrastructure.Sources.SelectMany(file => file.Root.OfType("string")).Select(node => node.Unquoted).ToArray();
        Assert.DoesNotContain(texts, text => text.Split('/').Contains("*"));
        Assert.DoesNotContain(texts, text => text is "0.0.0.0/0" or "0.0.0.0");
    }

    [Fact]
    public void No_key_of_an_account_is_used_or_shown()
    {
        string[] doors = ["listKeys", "listAccountSas", "listServiceSas", "listSecrets", "getSecret", "listCredentials"];
        Assert.All(Infrastructure.Sources, file =>
        {
            var names = file.Root.All.Where(node => node.Type is "identifier" or "property_identifier").Select(node => node.Text);
            Assert.Empty(names.Intersect(doors));
            Assert.DoesNotContain("AccountKey=", file.Root.Text, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public void A_parameter_with_a_secret_is_marked_as_one()
    {
        string[] words = ["secret", "password", "token", "connectionstring", "sas", "credential"];
        // Since local authentication is off there, what it holds opens nothing.
        string[] open = ["insightsConnectionString", "refusedTokensPerMinute"];
        Assert.All(Infrastructure.Sources.SelectMany(file => file.Parameters), parameter => Assert.True(
            parameter.Has("secure") || open.Contains(parameter.Name)
            || !words.Any(word => parameter.Name.Contains(word, StringComparison.OrdinalIgnoreCase)),
            parameter.Name));
        Assert.Equal("true", Resource("observability.bicep", "insights").Find("DisableLocalAuth")!.Text);
    }

    [Fact]
    public void Accounts_know_no_shared_keys_no_public_blobs_and_no_old_TLS()
    {
        var account = Resource("storage.bicep", "account");
        Assert.Equal("false", account.Find("allowSharedKeyAccess")!.Text);
        Assert.Equal("false", account.Find("allowBlobPublicAccess")!.Text);
        Assert.Equal("true", account.Find("supportsHttpsTrafficOnly")!.Text);
        Assert.Equal("TLS1_2", account.Find("minimumTlsVersion")!.Unquoted);
        Assert.Single(
            Infrastructure.Sources.SelectMany(file => file.Resources),
            r => r.Of.StartsWith("Microsoft.Storage/storageAccounts@", StringComparison.Ordinal) && !r.IsExisting);
    }

    [Fact]
    public void The_vault_uses_roles_and_forgets_nothing_at_once()
    {
        var vault = Resource("vault.bicep", "vault");
        Assert.Equal("true", vault.Find("enableRbacAuthorization")!.Text);
        Assert.Equal("true", vault.Find("enablePurgeProtection")!.Text);
        Assert.Equal("true", vault.Find("enableSoftDelete")!.Text);
        Assert.Null(vault.Find("accessPolicies"));
    }

    [Fact]
    public void A_KEK_wraps_and_unwraps_expires_and_is_rotated()
    {
        var kek = Resource("vault.bicep", "keks");
        Assert.Equal(["wrapKey", "unwrapKey"], kek.Find("keyOps")!.Children.Select(child => child.Unquoted));
        Assert.NotNull(kek.Find("attributes")!.Find("exp"));
        Assert.Contains("type: 'rotate'", kek.Find("rotationPolicy")!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_app_speaks_https_only_and_takes_no_password()
    {
        var app = Infrastructure.File("app.bicep");
        var site = app.Resources.Single(r => r.Name == "app").Body;
        Assert.Equal("SystemAssigned", site.Find("identity")!.Find("type")!.Unquoted);
        var properties = site.Find("properties")!.OfType("object").First();
        Assert.Equal("true", properties.Find("httpsOnly")!.Text);
        Assert.Equal("1.2", properties.Find("siteConfig")!.Find("minTlsVersion")!.Unquoted);
        Assert.Equal("Disabled", properties.Find("siteConfig")!.Find("ftpsState")!.Unquoted);
        var doors = app.Resources.Where(r => r.Of.Contains("/basicPublishingCredentialsPolicies@", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["ftp", "scm"], doors.Select(door => door.Body.Find("name")!.Unquoted).Order());
        Assert.All(doors, door => Assert.Equal("false", door.Body.Find("properties")!.Find("allow")!.Text));
    }

    private static string RoleOf(BicepFile.Declaration assignment) =>
        assignment.Body.Find("properties")!.Find("roleDefinitionId")!.OfType("member_expression").Single().Text;

    private static BicepNode Resource(string file, string name) =>
        Infrastructure.File(file).Resources.Single(resource => resource.Name == name).Body.Find("properties")!;
}
