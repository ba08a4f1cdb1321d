namespace AtpKeyserver.Tests.Client;

/// <summary>Keys that content is encrypted with, in memory.</summary>
public sealed class KeyCacheTests
{
    private const string Group = FakeKeyserver.Group;

    [Fact]
    public async Task The_active_key_is_kept_for_an_hour()
    {
        using var keyserver = Create();
        await EncryptAsync(keyserver);
        keyserver.Clock.Advance(TimeSpan.FromMinutes(59));
        await EncryptAsync(keyserver);
        Assert.Single(keyserver.Web.Requests);
        keyserver.Clock.Advance(TimeSpan.FromMinutes(1));
        await EncryptAsync(keyserver);
        Assert.Equal(2, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task A_historical_key_is_kept_for_a_day()
    {
        using var keyserver = Create();
        using (await RentAsync(keyserver, 1))
            keyserver.Clock.Advance(TimeSpan.FromHours(23));
        (await RentAsync(keyserver, 1)).Dispose();
        Assert.Single(keyserver.Web.Requests);
        keyserver.Clock.Advance(TimeSpan.FromHours(1));
        (await RentAsync(keyserver, 1)).Dispose();
        Assert.Equal(2, keyserver.Web.Requests.Count);
    }

    [Theory]
    [InlineData("a post under it")]
    [InlineData("its key, past the cache")]
    [InlineData("the list of versions")]
    [InlineData("the list of groups")]
    [InlineData("the access log")]
    public async Task A_sign_of_a_newer_version_ends_the_active_key(string sign)
    {
        var active = 2;
        using var keyserver = new FakeKeyserver(request => request.Method switch
        {
            "group.getKey" => FakeKeyserver.GroupKey(request, active),
            "group.listKeyVersions" => Versions(active),
            "group.listGroups" => FakeWeb.Json(
                $$"""
                {"groups":[{"groupId":"{{Group}}","role":"member","activeVersion":{{active}},
                "created_at":"2026-01-01T00:00:00.000Z"}]}
                """),
            _ => FakeWeb.Json(
                $$"""
                {"entries":[{"version":{{active}},"action":"rotate","did":"did:web:alice.example","outcome":"granted",
                "accessed_at":"2026-01-01T00:00:00.000Z"}]}
                """),
        });
        var groups = keyserver.Client.Groups;
        Func<Task> look = sign switch
        {
            "a post under it" => async () => (await RentAsync(keyserver, active)).Dispose(),
            "its key, past the cache" => async () => (await groups.GetKeyAsync(Group)).Dispose(),
            "the list of versions" => () => groups.ListKeyVersionsAsync(Group),
            "the list of groups" => async () => await groups.ListAsync().CountAsync(),
            _ => async () => await groups.GetAccessLogAsync(Group).CountAsync(),
        };
        Assert.Equal(2, (await EncryptAsync(keyserver)).KeyVersion);
        await look();
        var before = keyserver.Web.Requests.Count;
        Assert.Equal(2, (await EncryptAsync(keyserver)).KeyVersion);
        Assert.Equal(before, keyserver.Web.Requests.Count);

        active = 3;
        Assert.Equal(2, (await EncryptAsync(keyserver)).KeyVersion);
        await look();
        Assert.Equal(3, (await EncryptAsync(keyserver)).KeyVersion);
    }

    [Fact]
    public async Task A_record_that_names_a_version_that_does_not_exist_ends_nothing()
    {
        using var keyserver = new FakeKeyserver(request =>
            request.Uri.Query.Contains("version=9", StringComparison.Ordinal)
                ? FakeWeb.Error(404, "KeyVersionNotFound")
                : FakeKeyserver.GroupKey(request));
        await EncryptAsync(keyserver);
        await Assert.ThrowsAsync<GoneException>(() => RentAsync(keyserver, 9));
        var before = keyserver.Web.Requests.Count;
        await EncryptAsync(keyserver);
        Assert.Equal(before, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task What_was_just_encrypted_decrypts_without_another_call()
    {
        using var keyserver = Create();
        var content = await EncryptAsync(keyserver);
        Assert.Equal(
            "text",
            await keyserver.Client.Content.DecryptTextAsync(
                Group, FakeKeyserver.AtUri, content.Ciphertext, content.KeyVersion));
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task A_thousand_keys_at_most_and_those_used_last()
    {
        using var keyserver = Create();
        for (var version = 1; version <= KeyCache.Capacity; version++)
            (await RentAsync(keyserver, version)).Dispose();
        (await RentAsync(keyserver, 1)).Dispose();
        (await RentAsync(keyserver, KeyCache.Capacity + 1)).Dispose();
        Assert.Equal(KeyCache.Capacity, keyserver.Client.Keys.Cache.Count);

        var before = keyserver.Web.Requests.Count;
        (await RentAsync(keyserver, 1)).Dispose();
        Assert.Equal(before, keyserver.Web.Requests.Count);
        (await RentAsync(keyserver, 2)).Dispose();
        Assert.Equal(before + 1, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task Requests_for_one_key_at_once_are_one_call()
    {
        var gate = new TaskCompletionSource();
        using var keyserver = new FakeKeyserver(async request =>
        {
            await gate.Task;
            return FakeKeyserver.GroupKey(request);
        });
        var calls = Enumerable.Range(0, 100).Select(_ => EncryptAsync(keyserver)).ToArray();
        gate.SetResult();
        await Task.WhenAll(calls);
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task A_failed_call_is_not_remembered()
    {
        var calls = 0;
        using var keyserver = new FakeKeyserver(
            request => ++calls == 1 ? FakeWeb.Error(404, "KeyVersionNotFound") : FakeKeyserver.GroupKey(request));
        await Assert.ThrowsAsync<GoneException>(() => EncryptAsync(keyserver));
        await EncryptAsync(keyserver);
    }

    [Theory]
    [InlineData("capacity")]
    [InlineData("time")]
    [InlineData("clear")]
    [InlineData("dispose")]
    [InlineData("rotation")]
    [InlineData("lost access")]
    [InlineData("lost access, as a call past the cache says")]
    [InlineData("lost access, as the versions say")]
    public async Task A_key_that_leaves_is_zeroed(string way)
    {
        var lost = false;
        using var keyserver = new FakeKeyserver(request => request.Method switch
        {
            "group.getKey" when !lost => FakeKeyserver.GroupKey(request),
            _ => FakeWeb.Error(403, "Forbidden"),
        });
        var lease = await RentAsync(keyserver, KeyId.Active);
        var key = lease.Secret;
        lease.Dispose();
        Assert.False(IsZeroed(key));
        switch (way)
        {
            case "capacity":
                for (var version = 3; version <= KeyCache.Capacity + 3; version++)
                    (await RentAsync(keyserver, version)).Dispose();
                break;
            case "time":
                keyserver.Clock.Advance(TimeSpan.FromHours(1));
                break;
            case "clear":
                keyserver.Client.Clear();
                break;
            case "dispose":
                keyserver.Client.Dispose();
                break;
            case "rotation":
                await Assert.ThrowsAsync<LostAccessException>(() => keyserver.Client.Groups.RotateKeyAsync(Group));
                break;
            case "lost access, as a call past the cache says":
                lost = true;
                await Assert.ThrowsAsync<LostAccessException>(() => keyserver.Client.Groups.GetKeyAsync(Group));
                break;
            case "lost access, as the versions say":
                await Assert.ThrowsAsync<LostAccessException>(
                    () => keyserver.Client.Groups.ListKeyVersionsAsync(Group));
                break;
            default:
                lost = true;
                await Assert.ThrowsAsync<LostAccessException>(() => RentAsync(keyserver, 1));
                break;
        }

        Assert.True(IsZeroed(key));
    }

    [Fact]
    public async Task A_key_in_use_is_zeroed_when_its_use_ends()
    {
        using var keyserver = Create();
        var lease = await RentAsync(keyserver, KeyId.Active);
        var key = lease.Secret;
        keyserver.Client.Dispose();
        Assert.False(IsZeroed(key));
        lease.Dispose();
        Assert.True(IsZeroed(key));
    }

    [Fact]
    public async Task A_key_that_was_on_its_way_during_a_rotation_is_not_kept()
    {
        var active = 1;
        var gate = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        using var keyserver = new FakeKeyserver(async request =>
        {
            if (request.Method != "group.getKey")
                return FakeWeb.Json(
                    """{"groupId":"g","oldVersion":1,"newVersion":2,"rotatedAt":"2025-01-23T10:30:00.000Z"}""");
            var answer = FakeKeyserver.GroupKey(request, active);
            asked.TrySetResult();
            await gate.Task;
            return answer;
        });
        var encryption = EncryptAsync(keyserver);
        await asked.Task;
        active = 2;
        await keyserver.Client.Groups.RotateKeyAsync(Group);
        gate.SetResult();
        Assert.Equal(2, (await encryption).KeyVersion);
        Assert.Equal(2, (await EncryptAsync(keyserver)).KeyVersion);
    }

    [Fact]
    public async Task An_active_key_that_was_superseded_during_its_fetch_is_fetched_again()
    {
        var active = 2;
        var gate = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        using var keyserver = new FakeKeyserver(async request =>
        {
            if (request.Method == "group.listKeyVersions")
                return Versions(active);
            var answer = FakeKeyserver.GroupKey(request, active);
            asked.TrySetResult();
            await gate.Task;
            return answer;
        });
        var encryption = EncryptAsync(keyserver);
        await asked.Task;
        active = 3;
        await keyserver.Client.Groups.ListKeyVersionsAsync(Group);
        gate.SetResult();
        Assert.Equal(3, (await encryption).KeyVersion);
        Assert.Equal(2, keyserver.Web.Requests.Count(request => request.Method == "group.getKey"));
    }

    [Fact]
    public async Task Lost_access_to_one_group_leaves_calls_for_others_under_way()
    {
        const string other = Group + "-of-others";
        var gate = new TaskCompletionSource();
        using var keyserver = new FakeKeyserver(async request =>
        {
            if (request.Uri.Query.Contains("-of-others", StringComparison.Ordinal))
                return FakeWeb.Error(403, "Forbidden");
            await gate.Task;
            return FakeKeyserver.GroupKey(request);
        });
        var encryption = EncryptAsync(keyserver);
        await Assert.ThrowsAsync<LostAccessException>(
            () => keyserver.Client.Content.EncryptAsync(other, FakeKeyserver.AtUri, "text"));
        gate.SetResult();
        await encryption;
        Assert.Equal(2, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task After_the_end_of_the_client_nothing_comes_back()
    {
        var gate = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        using var keyserver = new FakeKeyserver(async request =>
        {
            asked.TrySetResult();
            await gate.Task;
            return FakeKeyserver.GroupKey(request);
        });
        var encryption = EncryptAsync(keyserver);
        await asked.Task;
        keyserver.Client.Dispose();
        gate.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => encryption);
        Assert.Equal(0, keyserver.Client.Keys.Cache.Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => EncryptAsync(keyserver));
    }

    [Fact]
    public async Task Many_threads_that_encrypt_rotate_and_clear_never_meet_a_key_that_is_gone()
    {
        using var keyserver = Create();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (worker == 0)
                    keyserver.Client.Clear();
                else
                    await EncryptAsync(keyserver);
            }
        })));
    }

    [Fact]
    public async Task A_call_that_its_only_caller_left_leaves_no_unobserved_exception()
    {
        Exception? unobserved = null;
        // Other tests run in this process.
        void Notice(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.InnerException is AbandonedException)
                unobserved = e.Exception;
        }

        TaskScheduler.UnobservedTaskException += Notice;
        try
        {
            await LeaveAsync();
            for (var i = 0; i < 30 && unobserved is null; i++)
            {
                await Task.Delay(10);
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Notice;
        }

        Assert.Null(unobserved);

        static async Task LeaveAsync()
        {
            var ended = new TaskCompletionSource();
            using var cache = new KeyCache(
                async (_, cancellation) =>
                {
                    try
                    {
                        await Task.Delay(Timeout.Infinite, cancellation);
                    }
                    catch (OperationCanceledException)
                    {
                        ended.SetResult();
                    }

                    throw new AbandonedException();
                },
                TimeProvider.System);
            using var leave = new CancellationTokenSource();
            var rent = cache.RentAsync(new KeyId(KeyKind.Group, Group, 1), leave.Token).AsTask();
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rent);
            await ended.Task;
        }
    }

    private static HttpResponseMessage Versions(int active) => FakeWeb.Json(
        $$"""
        {"groupId":"{{Group}}","versions":[
        {"version":{{active}},"status":"active","created_at":"2026-01-01T00:00:00.000Z"}]}
        """);

    private static FakeKeyserver Create() => new(request => FakeKeyserver.GroupKey(request));

    private static Task<EncryptedContent> EncryptAsync(FakeKeyserver keyserver) =>
        keyserver.Client.Content.EncryptAsync(Group, FakeKeyserver.AtUri, "text");

    private static async Task<KeyLease> RentAsync(FakeKeyserver keyserver, int version) =>
        await keyserver.Client.Keys.RentAsync(new KeyId(KeyKind.Group, Group, version), default);

    private static bool IsZeroed(NSec.Cryptography.Key key)
    {
        try
        {
            ContentCipher.Encrypt(key, "", default);
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private sealed class AbandonedException : Exception;
}
