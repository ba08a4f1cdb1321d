using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client;

/// <summary>The snippets of the package's README: each is a region here, compiled and run.</summary>
[Collection(OnRunningKeyserver.Name)]
public sealed class ReadmeTests(RunningKeyserver running)
{
    [Fact]
    public void Every_snippet_is_one_that_runs_here()
    {
        var root = AzuriteProcess.RepositoryRoot();
        var document = File.ReadAllText(Path.Combine(root, "src", "Client", "README.md"));
        var source = File.ReadAllText(Path.Combine(root, "tests", "Client", "ReadmeTests.cs"));
        var (written, compiled) = (Snippets.InDocument(document), Snippets.InSource(source));
        Assert.Equal(compiled.Keys.Order(), written.Keys.Order());
        Assert.All(written, snippet => Assert.Equal(compiled[snippet.Key], snippet.Value));
        Assert.Equal(document.Split("```csharp").Length - 1, written.Count);
    }

    [Fact]
    public async Task Encrypt()
    {
        var account = running.NewAccount();
        var (pds, appPassword, keyserverDid) = (running.Pds, account.AccessToken, running.Did);
        var handle = account.Handle;
        Assert.Equal("The party is on Friday.", await RunAsync());

        async Task<string> RunAsync()
        {
            #region encrypt
            using var session = await PdsSession.LogInAsync(pds, handle, appPassword);
            using var keyserver = new KeyserverClient(keyserverDid, session.GetServiceTokenAsync);

            var group = KeyserverGroups.IdOf(session.Did, "friends");
            var atUri = $"at://{session.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
            EncryptedRecord record = await keyserver.Content.EncryptRecordAsync(
                group, atUri, "The party is on Friday.");

            string text = await keyserver.Content.DecryptRecordAsync(atUri, record);
            #endregion
            return text;
        }
    }

    [Fact]
    public async Task Members_and_rotation()
    {
        using var person = running.NewPerson();
        var keyserver = person.Keyserver;
        var group = KeyserverGroups.IdOf(person.Did, "friends");
        var (bob, carol, dave) = (running.NewAccount().Did, running.NewAccount().Did, running.NewAccount().Did);
        await keyserver.Content.EncryptAsync(group, FakeKeyserver.AtUri, "text");
        #region members
        await keyserver.Groups.AddMemberAsync(group, bob);
        await keyserver.Groups.RemoveMemberAsync(group, bob, rotate: true);

        foreach (var change in await keyserver.Groups.AddMembersAsync(group, [carol, dave]))
            Console.WriteLine($"{change.MemberDid} {change.Status}");

        await foreach (var entry in keyserver.Groups.GetAccessLogAsync(group))
            Console.WriteLine($"{entry.AccessedAt:u} {entry.Did} {entry.Action} {entry.Outcome}");
        #endregion
        var content = await keyserver.Content.EncryptAsync(group, FakeKeyserver.AtUri, "text");
        #region rotate
        var rotation = await keyserver.Groups.RotateKeyAsync(
            group, expectedVersion: content.KeyVersion, reason: "quarterly");
        #endregion
        Assert.Equal(3, rotation.NewVersion);
    }

    [Fact]
    public async Task Through_the_PDS()
    {
        using var person = running.NewPerson();
        var (session, keyserverDid) = (person.Session, running.Did);
        #region proxy
        using var keyserver = KeyserverClient.ThroughPds(keyserverDid, session);
        #endregion
        Assert.Empty(await keyserver.Keypairs.ListVersionsAsync());
    }

    [Fact]
    public async Task An_own_session()
    {
        using var person = running.NewPerson();
        var (keyserverDid, myAgent) = (running.Did, new Agent(person.Session));
        #region tokens
        async Task<string> GetTokenAsync(string audience, string method, CancellationToken cancellation)
        {
            // With OAuth, for example: GET com.atproto.server.getServiceAuth?aud={audience}&lxm={method}
            return await myAgent.GetServiceAuthAsync(audience, method, cancellation);
        }

        using var keyserver = new KeyserverClient(keyserverDid, GetTokenAsync);
        #endregion
        Assert.Empty(await keyserver.Keypairs.ListVersionsAsync());
    }

    [Fact]
    public async Task Signatures()
    {
        using var person = running.NewPerson();
        var (keyserver, keyserverDid, alice) = (person.Keyserver, running.Did, person.Did);
        byte[] data = [1, 2, 3];
        #region sign
        ContentSignature signature = await keyserver.Signatures.SignAsync(data);

        using var anonymous = KeyserverClient.Anonymous(keyserverDid);
        SignatureVerdict verdict = await anonymous.Signatures.VerifyAsync(
            alice, data, signature.Signature, signature.KeyVersion);
        #endregion
        Assert.Equal(SignatureVerdict.Valid, verdict);
    }

    [Fact]
    public async Task Failures()
    {
        using var person = running.NewPerson();
        using var other = running.NewPerson();
        var keyserver = other.Keyserver;
        var atUri = FakeKeyserver.AtUri;
        var record = await person.Keyserver.Content.EncryptRecordAsync(
            KeyserverGroups.IdOf(person.Did, "friends"), atUri, "text");
        #region errors
        try
        {
            Console.WriteLine(await keyserver.Content.DecryptRecordAsync(atUri, record));
        }
        catch (LostAccessException)
        {
            Console.WriteLine("You have no access.");
        }
        catch (DecryptionFailedException)
        {
            Console.WriteLine("The content was changed or copied.");
        }
        catch (LimitedException e)
        {
            Console.WriteLine($"Too many calls. Retry after {e.RetryAfter}.");
        }
        catch (UpstreamException)
        {
            Console.WriteLine("Unavailable. Try again later.");
        }
        #endregion
    }

    private sealed class Agent(PdsSession session)
    {
        public Task<string> GetServiceAuthAsync(string audience, string method, CancellationToken cancellation) =>
            session.GetServiceTokenAsync(audience, method, cancellation);
    }
}
