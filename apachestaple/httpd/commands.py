"""Which directives each of httpd's own modules brings, as httpd spells them.

httpd shows a directive by this spelling, however it is written, and <IfDirective> asks for it.
Source: the command_rec tables of httpd 2.4, read off its modules.
"""

from __future__ import annotations

from functools import cache

_NAMES = {
    "access_compat_module": """
allow deny order Satisfy
    """,
    "actions_module": """
Action Script
    """,
    "alias_module": """
Alias AliasMatch AliasPreservePath Redirect RedirectMatch RedirectPermanent RedirectRelative
RedirectTemp ScriptAlias ScriptAliasMatch
    """,
    "allowmethods_module": """
AllowMethods
    """,
    "auth_basic_module": """
AuthBasicAuthoritative AuthBasicFake AuthBasicProvider AuthBasicUseDigestAlgorithm
    """,
    "auth_digest_module": """
AuthDigestAlgorithm AuthDigestDomain AuthDigestNcCheck AuthDigestNonceFormat
AuthDigestNonceLifetime AuthDigestProvider AuthDigestQop AuthDigestShmemSize AuthName
    """,
    "auth_form_module": """
AuthFormAuthoritative AuthFormBody AuthFormDisableNoStore AuthFormFakeBasicAuth AuthFormLocation
AuthFormLoginRequiredLocation AuthFormLoginSuccessLocation AuthFormLogoutLocation AuthFormMethod
AuthFormMimetype AuthFormPassword AuthFormProvider AuthFormSitePassphrase AuthFormSize
AuthFormUsername
    """,
    "authn_anon_module": """
Anonymous Anonymous_LogEmail Anonymous_MustGiveEmail Anonymous_NoUserId Anonymous_VerifyEmail
    """,
    "authn_core_module": """
<AuthnProviderAlias AuthName AuthType
    """,
    "authn_dbd_module": """
AuthDBDUserPWQuery AuthDBDUserRealmQuery
    """,
    "authn_dbm_module": """
AuthDBMType AuthDBMUserFile
    """,
    "authn_file_module": """
AuthUserFile
    """,
    "authn_socache_module": """
AuthnCacheContext AuthnCacheEnable AuthnCacheProvideFor AuthnCacheSOCache AuthnCacheTimeout
    """,
    "authnz_fcgi_module": """
AuthnzFcgiCheckAuthnProvider AuthnzFcgiDefineProvider
    """,
    "authnz_ldap_module": """
AuthLDAPAuthorizePrefix AuthLDAPBindAuthoritative AuthLDAPBindDN AuthLDAPBindPassword
AuthLDAPCharsetConfig AuthLDAPCompareAsUser AuthLDAPCompareDNOnServer AuthLDAPDereferenceAliases
AuthLDAPGroupAttribute AuthLDAPGroupAttributeIsDN AuthLDAPInitialBindAsUser
AuthLDAPInitialBindPattern AuthLDAPMaxSubGroupDepth AuthLDAPRemoteUserAttribute
AuthLDAPRemoteUserIsDN AuthLDAPSearchAsUser AuthLDAPSubGroupAttribute AuthLDAPSubGroupClass
AuthLDAPURL
    """,
    "authz_core_module": """
<AuthzProviderAlias <RequireAll <RequireAny <RequireNone <RequireNotAll AuthMerging
AuthzSendForbiddenOnFailure Require
    """,
    "authz_dbd_module": """
AuthzDBDLoginToReferer AuthzDBDQuery AuthzDBDRedirectQuery
    """,
    "authz_dbm_module": """
AuthDBMGroupFile AuthzDBMType
    """,
    "authz_groupfile_module": """
AuthGroupFile
    """,
    "autoindex_module": """
AddAlt AddAltByEncoding AddAltByType AddDescription AddIcon AddIconByEncoding AddIconByType
DefaultIcon FancyIndexing HeaderName IndexHeadInsert IndexIgnore IndexIgnoreReset IndexOptions
IndexOrderDefault IndexStyleSheet ReadmeName
    """,
    "brotli_module": """
BrotliAlterETag BrotliCompressionMaxInputBlock BrotliCompressionQuality BrotliCompressionWindow
BrotliFilterNote
    """,
    "buffer_module": """
BufferSize
    """,
    "cache_disk_module": """
CacheDirLength CacheDirLevels CacheMaxFileSize CacheMinFileSize CacheReadSize CacheReadTime
CacheRoot
    """,
    "cache_module": """
CacheDefaultExpire CacheDetailHeader CacheDisable CacheEnable CacheHeader
CacheIgnoreCacheControl CacheIgnoreHeaders CacheIgnoreNoLastMod CacheIgnoreQueryString
CacheIgnoreURLSessionIdentifiers CacheKeyBaseURL CacheLastModifiedFactor CacheLock
CacheLockMaxAge CacheLockPath CacheMaxExpire CacheMinExpire CacheQuickHandler CacheStaleOnError
CacheStoreExpired CacheStoreNoStore CacheStorePrivate
    """,
    "cache_socache_module": """
CacheSocache CacheSocacheMaxSize CacheSocacheMaxTime CacheSocacheMinTime CacheSocacheReadSize
CacheSocacheReadTime
    """,
    "cern_meta_module": """
MetaDir MetaFiles MetaSuffix
    """,
    "cgi_module": """
CGIScriptTimeout ScriptLog ScriptLogBuffer ScriptLogLength
    """,
    "cgid_module": """
CGIDScriptTimeout ScriptLog ScriptLogBuffer ScriptLogLength ScriptSock
    """,
    "charset_lite_module": """
CharsetDefault CharsetOptions CharsetSourceEnc
    """,
    "core_module": """
<Directory <DirectoryMatch <Else <ElseIf <Files <FilesMatch <If <IfDefine <IfDirective <IfFile
<IfModule <IfSection <Limit <LimitExcept <Location <LocationMatch <VirtualHost AcceptFilter
AcceptPathInfo AccessFileName AddDefaultCharset AllowEncodedSlashes AllowOverride
AllowOverrideList CGIPassAuth CGIVar ContentDigest CoreDumpDirectory DefaultRuntimeDir
DefaultType Define DocumentRoot EnableExceptionHook EnableMMAP EnableSendfile Error
ErrorDocument ErrorLog ErrorLogFormat ExtendedStatus FileETag FlushMaxPipelined
FlushMaxThreshold ForceType GprofDir HostnameLookups HttpProtocolOptions Include IncludeOptional
LimitInternalRecursion LimitRequestBody LimitRequestFields LimitRequestFieldsize
LimitRequestLine LimitXMLRequestBody LogLevel MaxConnectionsPerChild MaxMemFree MaxRangeOverlaps
MaxRangeReversals MaxRanges MaxRequestsPerChild MergeSlashes MergeTrailers Mutex NameVirtualHost
Options PidFile Port Protocol Protocols ProtocolsHonorOrder QualifyRedirectURL ReadBufferSize
RegexDefaultOptions RegisterHttpMethod RLimitCPU RLimitMEM RLimitNPROC ScoreBoardFile
SeeRequestTail ServerAdmin ServerAlias ServerName ServerPath ServerRoot ServerSignature
ServerTokens SetHandler SetInputFilter SetOutputFilter StrictHostCheck ThreadStackSize Timeout
TraceEnable UNCList UnDefine UseCanonicalName UseCanonicalPhysicalPort
    """,
    "dav_fs_module": """
DAVLockDB
    """,
    "dav_lock_module": """
DAVGenericLockDB
    """,
    "dav_module": """
DAV DAVBasePath DAVDepthInfinity DAVLockDiscovery DAVMinTimeout
    """,
    "dbd_module": """
DBDExptime DBDInitSQL DBDKeep DBDMax DBDMin DBDParams DBDPersist DBDPrepareSQL DBDriver
    """,
    "deflate_module": """
DeflateAlterEtag DeflateBufferSize DeflateCompressionLevel DeflateFilterNote
DeflateInflateLimitRequestBody DeflateInflateRatioBurst DeflateInflateRatioLimit DeflateMemLevel
DeflateWindowSize
    """,
    "dir_module": """
DirectoryCheckHandler DirectoryIndex DirectoryIndexRedirect DirectorySlash FallbackResource
    """,
    "dumpio_module": """
DumpIOInput DumpIOOutput
    """,
    "echo_module": """
ProtocolEcho
    """,
    "env_module": """
PassEnv SetEnv UnsetEnv
    """,
    "expires_module": """
ExpiresActive ExpiresByType ExpiresDefault
    """,
    "ext_filter_module": """
ExtFilterDefine ExtFilterOptions
    """,
    "file_cache_module": """
cachefile mmapfile
    """,
    "filter_module": """
AddOutputFilterByType FilterChain FilterDeclare FilterProtocol FilterProvider FilterTrace
    """,
    "headers_module": """
Header RequestHeader
    """,
    "heartbeat_module": """
HeartbeatAddress
    """,
    "heartmonitor_module": """
HeartbeatListen HeartbeatMaxServers HeartbeatStorage
    """,
    "http2_module": """
H2CopyFiles H2Direct H2EarlyHint H2EarlyHints H2MaxDataFrameLen H2MaxSessionStreams
H2MaxWorkerIdleSeconds H2MaxWorkers H2MinWorkers H2ModernTLSOnly H2OutputBuffering H2Padding
H2ProxyRequests H2Push H2PushDiarySize H2PushPriority H2PushResource H2SerializeHeaders
H2SessionExtraFiles H2StreamMaxMemSize H2StreamTimeout H2TLSCoolDownSecs H2TLSWarmUpSize
H2Upgrade H2WebSockets H2WindowSize
    """,
    "http_module": """
KeepAlive KeepAliveTimeout MaxKeepAliveRequests
    """,
    "ident_module": """
IdentityCheck IdentityCheckTimeout
    """,
    "imagemap_module": """
ImapBase ImapDefault ImapMenu
    """,
    "include_module": """
SSIEndTag SSIErrorMsg SSIEtag SSILastModified SSILegacyExprParser SSIStartTag SSITimeFormat
SSIUndefinedEcho XBitHack
    """,
    "info_module": """
AddModuleInfo
    """,
    "lbmethod_heartbeat_module": """
HeartbeatStorage
    """,
    "ldap_module": """
LDAPCacheEntries LDAPCacheTTL LDAPConnectionPoolTTL LDAPConnectionTimeout LDAPLibraryDebug
LDAPOpCacheEntries LDAPOpCacheTTL LDAPReferralHopLimit LDAPReferrals LDAPRetries LDAPRetryDelay
LDAPSharedCacheFile LDAPSharedCacheSize LDAPTimeout LDAPTrustedClientCert LDAPTrustedGlobalCert
LDAPTrustedMode LDAPVerifyServerCert
    """,
    "log_config_module": """
BufferedLogs CustomLog GlobalLog LogFormat TransferLog
    """,
    "log_debug_module": """
LogMessage
    """,
    "log_forensic_module": """
ForensicLog
    """,
    "logio_module": """
LogIOTrackTTFB
    """,
    "lua_module": """
<LuaHookAccessChecker <LuaHookAuthChecker <LuaHookCheckUserID <LuaHookFixups
<LuaHookMapToStorage <LuaHookPreTranslateName <LuaHookTranslateName <LuaHookTypeChecker
<LuaQuickHandler Lua_____ByteCodeHack LuaAuthzProvider LuaCodeCache LuaHookAccessChecker
LuaHookAuthChecker LuaHookCheckUserID LuaHookFixups LuaHookInsertFilter LuaHookLog
LuaHookMapToStorage LuaHookPreTranslateName LuaHookTranslateName LuaHookTypeChecker LuaInherit
LuaInputFilter LuaMapHandler LuaOutputFilter LuaPackageCPath LuaPackagePath LuaQuickHandler
LuaRoot LuaScope
    """,
    "macro_module": """
<Macro UndefMacro Use
    """,
    "md_module": """
MDActivationDelay MDBaseServer MDCACertificateFile MDCAChallenges MDCertificateAgreement
MDCertificateAuthority MDCertificateCheck MDCertificateFile MDCertificateKeyFile
MDCertificateProtocol MDCertificateStatus MDChallengeDns01 MDChallengeDns01Version
MDCheckInterval MDContactEmail MDDriveMode MDExternalAccountBinding MDHttpProxy MDMatchNames
MDMember MDMembers MDMessageCmd MDMustStaple MDNotifyCmd MDomain MDPortMap MDPrivateKeys
MDRenewMode MDRenewWindow MDRequireHttps MDRetryDelay MDRetryFailover MDServerStatus
MDStapleOthers MDStapling MDStaplingKeepResponse MDStaplingRenewWindow MDStoreDir MDStoreLocks
MDWarnWindow
    """,
    "mime_magic_module": """
MimeMagicFile
    """,
    "mime_module": """
AddCharset AddEncoding AddHandler AddInputFilter AddLanguage AddOutputFilter AddType
DefaultLanguage ModMimeUsePathInfo MultiviewsMatch RemoveCharset RemoveEncoding RemoveHandler
RemoveInputFilter RemoveLanguage RemoveOutputFilter RemoveType TypesConfig
    """,
    "mpm_event_module": """
AsyncRequestWorkerFactor Listen ListenBacklog ListenCoresBucketsRatio MaxClients
MaxRequestWorkers MaxSpareThreads MinSpareThreads ReceiveBufferSize SendBufferSize ServerLimit
StartServers ThreadLimit ThreadsPerChild
    """,
    "mpm_prefork_module": """
Listen ListenBacklog ListenCoresBucketsRatio MaxClients MaxRequestWorkers MaxSpareServers
MinSpareServers ReceiveBufferSize SendBufferSize ServerLimit StartServers
    """,
    "mpm_worker_module": """
Listen ListenBacklog ListenCoresBucketsRatio MaxClients MaxRequestWorkers MaxSpareThreads
MinSpareThreads ReceiveBufferSize SendBufferSize ServerLimit StartServers ThreadLimit
ThreadsPerChild
    """,
    "negotiation_module": """
CacheNegotiatedDocs ForceLanguagePriority LanguagePriority
    """,
    "privileges_module": """
DTracePrivileges PrivilegesMode VHostCGIMode VHostCGIPrivs VHostGroup VHostPrivs VHostSecure
VHostUser
    """,
    "proxy_connect_module": """
AllowCONNECT
    """,
    "proxy_express_module": """
ProxyExpressDBMFile ProxyExpressDBMType ProxyExpressEnable
    """,
    "proxy_fcgi_module": """
ProxyFCGIBackendType ProxyFCGISetEnvIf
    """,
    "proxy_ftp_module": """
ProxyFtpDirCharset ProxyFtpEscapeWildcards ProxyFtpListOnWildcard
    """,
    "proxy_hcheck_module": """
ProxyHCExpr ProxyHCTemplate ProxyHCTPsize
    """,
    "proxy_html_module": """
ProxyHTMLBufSize ProxyHTMLCharsetOut ProxyHTMLDoctype ProxyHTMLEnable ProxyHTMLEvents
ProxyHTMLExtended ProxyHTMLFixups ProxyHTMLInterp ProxyHTMLLinks ProxyHTMLMeta
ProxyHTMLStripComments ProxyHTMLURLMap
    """,
    "proxy_module": """
<Proxy <ProxyMatch BalancerGrowth BalancerInherit BalancerMember BalancerPersist NoProxy
Proxy100Continue ProxyAddHeaders ProxyBadHeader ProxyBlock ProxyDomain ProxyErrorOverride
ProxyIOBufferSize ProxyMaxForwards ProxyPass ProxyPassInherit ProxyPassInterpolateEnv
ProxyPassMatch ProxyPassReverse ProxyPassReverseCookieDomain ProxyPassReverseCookiePath
ProxyPreserveHost ProxyReceiveBufferSize ProxyRemote ProxyRemoteMatch ProxyRequests ProxySet
ProxySourceAddress ProxyStatus ProxyTimeout ProxyVia
    """,
    "proxy_scgi_module": """
ProxySCGIInternalRedirect ProxySCGISendfile
    """,
    "proxy_wstunnel_module": """
ProxyWebsocketFallbackToProxyHttp
    """,
    "reflector_module": """
ReflectorHeader
    """,
    "remoteip_module": """
RemoteIPHeader RemoteIPInternalProxy RemoteIPInternalProxyList RemoteIPProxiesHeader
RemoteIPProxyProtocol RemoteIPProxyProtocolExceptions RemoteIPTrustedProxy
RemoteIPTrustedProxyList
    """,
    "reqtimeout_module": """
RequestReadTimeout
    """,
    "request_module": """
KeptBodySize
    """,
    "rewrite_module": """
RewriteBase RewriteCond RewriteEngine RewriteMap RewriteOptions RewriteRule
    """,
    "sed_module": """
InputSed OutputSed
    """,
    "session_cookie_module": """
SessionCookieName SessionCookieName2 SessionCookieRemove
    """,
    "session_crypto_module": """
SessionCryptoCipher SessionCryptoDriver SessionCryptoPassphrase SessionCryptoPassphraseFile
    """,
    "session_dbd_module": """
SessionDBDCookieName SessionDBDCookieName2 SessionDBDCookieRemove SessionDBDDeleteLabel
SessionDBDInsertLabel SessionDBDPerUser SessionDBDSelectLabel SessionDBDUpdateLabel
    """,
    "session_module": """
Session SessionEnv SessionExclude SessionExpiryUpdateInterval SessionHeader SessionInclude
SessionMaxAge
    """,
    "setenvif_module": """
BrowserMatch BrowserMatchNoCase SetEnvIf SetEnvIfExpr SetEnvIfNoCase
    """,
    "so_module": """
LoadFile LoadModule
    """,
    "socache_memcache_module": """
MemcacheConnTTL
    """,
    "socache_redis_module": """
RedisConnPoolTTL RedisTimeout
    """,
    "speling_module": """
CheckBasenameMatch CheckCaseOnly CheckSpelling
    """,
    "ssl_module": """
SSLCACertificateFile SSLCACertificatePath SSLCADNRequestFile SSLCADNRequestPath
SSLCARevocationCheck SSLCARevocationFile SSLCARevocationPath SSLCertificateChainFile
SSLCertificateFile SSLCertificateKeyFile SSLCipherSuite SSLCompression SSLCryptoDevice SSLEngine
SSLFIPS SSLHonorCipherOrder SSLInsecureRenegotiation SSLLog SSLLogLevel SSLOCSPDefaultResponder
SSLOCSPEnable SSLOCSPNoVerify SSLOCSPOverrideResponder SSLOCSPProxyURL
SSLOCSPResponderCertificateFile SSLOCSPResponderTimeout SSLOCSPResponseMaxAge
SSLOCSPResponseTimeSkew SSLOCSPUseRequestNonce SSLOpenSSLConfCmd SSLOptions SSLPassPhraseDialog
SSLProtocol SSLProxyCACertificateFile SSLProxyCACertificatePath SSLProxyCARevocationCheck
SSLProxyCARevocationFile SSLProxyCARevocationPath SSLProxyCheckPeerCN SSLProxyCheckPeerExpire
SSLProxyCheckPeerName SSLProxyCipherSuite SSLProxyEngine SSLProxyMachineCertificateChainFile
SSLProxyMachineCertificateFile SSLProxyMachineCertificatePath SSLProxyProtocol SSLProxyVerify
SSLProxyVerifyDepth SSLRandomSeed SSLRenegBufferSize SSLRequire SSLRequireSSL SSLSessionCache
SSLSessionCacheTimeout SSLSessionTicketKeyFile SSLSessionTickets SSLSRPUnknownUserSeed
SSLSRPVerifierFile SSLStaplingCache SSLStaplingErrorCacheTimeout SSLStaplingFakeTryLater
SSLStaplingForceURL SSLStaplingResponderTimeout SSLStaplingResponseMaxAge
SSLStaplingResponseTimeSkew SSLStaplingReturnResponderErrors SSLStaplingStandardCacheTimeout
SSLStrictSNIVHostCheck SSLUserName SSLUseStapling SSLVerifyClient SSLVerifyDepth
SSLVHostSNIPolicy
    """,
    "substitute_module": """
Substitute SubstituteInheritBefore SubstituteMaxLineLength
    """,
    "suexec_module": """
SuexecUserGroup
    """,
    "unixd_module": """
ChrootDir Group Suexec User
    """,
    "userdir_module": """
UserDir
    """,
    "usertrack_module": """
CookieDomain CookieExpires CookieHttpOnly CookieName CookieSameSite CookieSecure CookieStyle
CookieTracking
    """,
    "version_module": """
<IfVersion
    """,
    "vhost_alias_module": """
VirtualDocumentRoot VirtualDocumentRootIP VirtualScriptAlias VirtualScriptAliasIP
    """,
    "watchdog_module": """
WatchdogInterval
    """,
    "xml2enc_module": """
xml2EncAlias xml2EncDefault xml2StartParse
    """,
}


@cache
def all_commands() -> frozenset[str]:
    """The directives of all of httpd's modules, in lower case."""
    return frozenset(name.lower() for names in _NAMES.values() for name in names.split())


@cache
def commands(module: str) -> dict[str, str]:
    """From the lower-case name of each of a module's directives to its spelling."""
    return {name.lower(): name for name in _NAMES.get(module, "").split()}
