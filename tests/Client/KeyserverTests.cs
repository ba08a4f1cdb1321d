using System.Text.Json;

namespace AtpKeyserver.Tests.Client;

/// <summary>The client against the running app, by its own tokens and through the PDS.</summary>
[Collection(OnRunningKeyserver.Name)]
public sealed class KeyserverTests(RunningKeyserver running)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_post_for_a_group_from_its_making_to_its_end(bool throughPds)
    {
        using var alice = running.NewPerson(throughPds);
        using var bob = running.NewPerson(throughPds);
        var group = KeyserverGroups.IdOf(alice.Did, "friends");
        var uri = $"at://{alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";

        var post = await alice.Keyserver.Content.EncryptRecordAsync(group, uri, "The party is on Friday.");
        await Assert.ThrowsAsync<LostAccessException>(() => bob.Keyserver.Content.DecryptRecordAsync(uri, post));
        await alice.Keyserver.Groups.AddMemberAsync(group, bob.Did);
        Assert.Equal("The party is on Friday.", await bob.Keyserver.Content.DecryptRecordAsync(uri, post));

        Assert.Equal(2, await alice.Keyserver.Groups.RemoveMemberAsync(group, bob.Did, rotate: true));
        var next = await alice.Keyserver.Content.EncryptRecordAsync(group, uri, "It is on Saturday.");
        Assert.Equal((1, 2), (post.KeyVersion, next.KeyVersion));
        await Assert.ThrowsAsync<LostAccessException>(() => bob.Keyserver.Content.DecryptRecordAsync(uri, next));
        Assert.Equal("The party is on Friday.", await alice.Keyserver.Content.DecryptRecordAsync(uri, post));

        await alice.Keyserver.Groups.DeleteAsync(group);
        await Assert.ThrowsAsync<GoneException>(() => alice.Keyserver.Content.DecryptRecordAsync(uri, post));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task People_of_a_group(bool throughPds)
    {
        using var alice = running.NewPerson(throughPds);
        using var bob = running.NewPerson(throughPds);
        using var carol = running.NewPerson(throughPds);
        var group = KeyserverGroups.IdOf(alice.Did, "team");
        (await alice.Keyserver.Groups.GetKeyAsync(group)).Dispose();

        var end = new DateTimeOffset(2099, 1, 23, 10, 30, 0, 125, TimeSpan.FromHours(2));
        var permissions = GroupPermissions.AddMember | GroupPermissions.RotateKey;
        await alice.Keyserver.Groups.AddDelegateAsync(group, bob.Did, permissions, end);
        var authorized = Assert.Single(await alice.Keyserver.Groups.ListDelegatesAsync(group).ToListAsync());
        Assert.Equal((bob.Did, permissions), (authorized.Did, authorized.Permissions));
        Assert.Equal(end, authorized.ExpiresAt);

        await bob.Keyserver.Groups.AddMemberAsync(group, carol.Did);
        var done = await bob.Keyserver.Groups.RotateKeyAsync(group, 1, "by Bob");
        Assert.Equal((1, 2), (done.OldVersion, done.NewVersion));
        var conflict = await Assert.ThrowsAsync<ConflictException>(() => bob.Keyserver.Groups.RotateKeyAsync(group, 1));
        Assert.Equal(KeyserverErrors.VersionConflict, conflict.ErrorName);
        var twice = await Assert.ThrowsAsync<ConflictException>(
            () => bob.Keyserver.Groups.AddMemberAsync(group, carol.Did));
        Assert.Equal(KeyserverErrors.MemberAlreadyExists, twice.ErrorName);

        var member = Assert.Single(await alice.Keyserver.Groups.ListMembersAsync(group).ToListAsync());
        Assert.Equal((carol.Did, bob.Did), (member.Did, member.AddedBy));
        var versions = await carol.Keyserver.Groups.ListKeyVersionsAsync(group);
        Assert.Equal([(2, true), (1, false)], versions.Select(version => (version.Version, version.IsActive)));
        Assert.Equal(GroupRole.Member, Assert.Single(await carol.Keyserver.Groups.ListAsync().ToListAsync()).Role);
        Assert.Equal(
            group, Assert.Single(await bob.Keyserver.Groups.ListAsync(GroupRole.Delegate).ToListAsync()).GroupId);

        await alice.Keyserver.Groups.RemoveDelegateAsync(group, bob.Did);
        await Assert.ThrowsAsync<LostAccessException>(() => bob.Keyserver.Groups.RotateKeyAsync(group));
        var log = await alice.Keyserver.Groups.GetAccessLogAsync(group).ToListAsync();
        Assert.Contains(
            log, entry => entry is { Action: "rotate", Outcome: "granted", Version: 2 } && entry.Did == bob.Did);
        Assert.Contains(log, entry => entry is { Action: "add_member" } && entry.Target == carol.Did);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_timeline_is_decrypted_with_one_call(bool throughPds)
    {
        using var alice = running.NewPerson(throughPds);
        string[] groups = [.. Enumerable.Range(0, 60).Select(i => KeyserverGroups.IdOf(alice.Did, $"group-{i}"))];
        var uri = $"at://{alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
        // The first use of each group creates it.
        var posts = await Task.WhenAll(
            groups.Select(group => alice.Keyserver.Content.EncryptRecordAsync(group, uri, group)));
        using var counter = new CallCounter();
        using var http = new HttpClient(counter, disposeHandler: false);
        using var reader = Reader(alice, throughPds, http);
        var texts = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => reader.Content.DecryptRecordAsync(uri, posts[i % 60])));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => groups[i % 60]), texts);
        Assert.Equal(1, counter.Count);
    }

    [Fact]
    public async Task Two_hundred_and_one_keys_are_three_calls()
    {
        using var alice = running.NewPerson();
        var group = KeyserverGroups.IdOf(alice.Did, "team");
        (await alice.Keyserver.Groups.GetKeyAsync(group)).Dispose();
        using var counter = new CallCounter();
        using var http = new HttpClient(counter, disposeHandler: false);
        using var reader = Reader(alice, throughPds: false, http);
        var keys = Enumerable.Range(1, 201).Select(version => reader.Groups.GetKeyAsync(group, version)).ToArray();
        using var first = await keys[0];
        Assert.Equal(1, first.Version);
        foreach (var missing in keys[1..])
        {
            var thrown = await Assert.ThrowsAsync<GoneException>(() => missing);
            Assert.Equal(KeyserverErrors.KeyVersionNotFound, thrown.ErrorName);
        }

        Assert.Equal(3, counter.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_members_are_added_and_removed_with_one_call(bool throughPds)
    {
        using var alice = running.NewPerson(throughPds);
        var group = KeyserverGroups.IdOf(alice.Did, "team");
        (await alice.Keyserver.Groups.GetKeyAsync(group)).Dispose();
        string[] dids = [.. Enumerable.Range(0, KeyserverGroups.MaxMembers).Select(_ => running.NewAccount().Did)];
        await alice.Keyserver.Groups.AddMemberAsync(group, dids[0]);
        var added = await alice.Keyserver.Groups.AddMembersAsync(group, dids);
        Assert.Equal(dids, added.Select(each => each.MemberDid));
        Assert.Equal(MemberChangeStatus.Unchanged, added[0].Status);
        Assert.All(added.Skip(1), each => Assert.Equal(MemberChangeStatus.Added, each.Status));
        var removal = await alice.Keyserver.Groups.RemoveMembersAsync(group, dids, rotate: true);
        Assert.Equal(2, removal.NewVersion);
        Assert.All(removal.Members, each => Assert.Equal(MemberChangeStatus.Removed, each.Status));
        Assert.Empty(await alice.Keyserver.Groups.ListMembersAsync(group).ToListAsync());
    }

    [Fact]
    public async Task Lists_go_on_over_pages()
    {
        using var alice = running.NewPerson();
        for (var i = 0; i < 5; i++)
            (await alice.Keyserver.Groups.GetKeyAsync(KeyserverGroups.IdOf(alice.Did, $"group-{i}"))).Dispose();
        var found = new List<GroupInfo>();
        string? cursor = null;
        do
        {
            var page = await alice.Keyserver.Groups.ListPageAsync(GroupRole.Owner, limit: 2, cursor);
            Assert.True(page.Items.Count <= 2);
            found.AddRange(page.Items);
            cursor = page.Cursor;
        }
        while (cursor is not null);
        Assert.Equal(5, found.DistinctBy(group => group.GroupId).Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keypairs_and_signatures(bool throughPds)
    {
        using var alice = running.NewPerson(throughPds);
        using var anybody = KeyserverClient.Anonymous(running.Did);
        Assert.Empty(await alice.Keyserver.Keypairs.ListVersionsAsync());
        byte[] data = [1, 2, 3];
        var signature = await alice.Keyserver.Signatures.SignAsync(data);
        Assert.Equal(
            SignatureVerdict.Valid,
            await anybody.Signatures.VerifyAsync(alice.Did, data, signature.Signature, signature.KeyVersion));

        using (var pair = await alice.Keyserver.Keypairs.GetKeypairAsync())
            Assert.Equal((await anybody.Keypairs.GetPublicKeyAsync(alice.Did)).PublicKey, pair.PublicKey);
        Assert.Equal(2, (await alice.Keyserver.Keypairs.RotateAsync(expectedVersion: 1, "test")).NewVersion);
        var fresh = await alice.Keyserver.Signatures.SignAsync(data);
        Assert.Equal(2, fresh.KeyVersion);
        Assert.Equal(
            SignatureVerdict.Valid,
            await anybody.Signatures.VerifyAsync(alice.Did, data, fresh.Signature, fresh.KeyVersion));
        Assert.Contains(
            await alice.Keyserver.Keypairs.GetAccessLogAsync().ToListAsync(), entry => entry.Action == "rotate");
        await Assert.ThrowsAsync<RefusedTokenException>(() => anybody.Keypairs.GetKeypairAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_account_takes_its_data_and_leaves(bool throughPds)
    {
        using var alice = running.NewPerson(throughPds);
        var group = KeyserverGroups.IdOf(alice.Did, "team");
        (await alice.Keyserver.Groups.GetKeyAsync(group)).Dispose();
        using var file = new MemoryStream();
        await alice.Keyserver.Account.ExportAsync(file);
        using var export = JsonDocument.Parse(file.ToArray());
        Assert.Equal(alice.Did, export.RootElement.GetProperty("did").GetString());

        await Assert.ThrowsAsync<ArgumentException>(() => alice.Keyserver.Account.DeleteAsync("yes"));
        var deletion = await alice.Keyserver.Account.DeleteAsync(KeyserverAccount.Confirmation);
        Assert.Equal(1, deletion.Deleted.Groups);
        var gone = await Assert.ThrowsAsync<GoneException>(() => alice.Keyserver.Groups.GetKeyAsync(group));
        Assert.Equal(KeyserverErrors.AccountDeleted, gone.ErrorName);
        await Assert.ThrowsAsync<GoneException>(() => alice.Keyserver.Account.ExportAsync(file));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_server_tells_about_itself(bool throughPds)
    {
        using var alice = running.NewPerson(throughPds);
        Assert.Equal(running.Stack.App, await alice.Keyserver.Server.GetAddressAsync());
        Assert.True(await alice.Keyserver.Server.IsHealthyAsync());
        var description = await alice.Keyserver.Server.DescribeAsync();
        Assert.Equal(running.Did, description.Did);
        Assert.Contains("export", description.Features);
        Assert.Equal(description.Version, (await alice.Keyserver.Server.GetProductAsync()).Version);
    }

    [Fact]
    public async Task Logs_in_with_an_app_password()
    {
        var account = running.NewAccount();
        using var session = await PdsSession.LogInAsync(running.Pds, account.Handle, account.AccessToken);
        Assert.Equal(account.Did, session.Did);
        await session.LogOutAsync();
        await Assert.ThrowsAsync<PdsException>(() => PdsSession.LogInAsync(running.Pds, account.Handle, "wrong"));
    }

    /// <summary>A new client of the same account. The delay is long: this machine may be slow.</summary>
    private KeyserverClient Reader(RunningKeyserver.Person person, bool throughPds, HttpClient http)
    {
        var options = new KeyserverClientOptions { HttpClient = http, KeyBatchDelay = TimeSpan.FromMilliseconds(500) };
        return throughPds
            ? KeyserverClient.ThroughPds(running.Did, person.Session, options)
            : new KeyserverClient(running.Did, person.Session.GetServiceTokenAsync, options);
    }

    /// <summary>Counts the calls of methods for keys.</summary>
    private sealed class CallCounter() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        private int _count;

        public int Count => _count;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath.Contains("group.getKey", StringComparison.Ordinal))
                Interlocked.Increment(ref _count);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
